"""The recorded LoRaWAN models: their profiles, and what their recorded decodings call each value.

A rule is the recorded name, or the name with a factor to the canonical unit, or with what its
words mean.
"""

from typing import Any, Final

LP8P = {
    "temperature": "air_temperature",
    "humidity": "air_humidity",
    "pressure": ("barometric_pressure", 0.01),
    "co2": "co2_concentration",
    "co2-filtered": "co2_concentration_lpf",
    "battery": "battery_voltage",
}
ELSYS = {
    "temperature": "temperature",
    "humidity": "humidity",
    "light": "light",
    "movements": "pir",
    "co2": "co2",
    "sound-average": "soundAvg",
    "sound-peak": "soundPeak",
    "battery": ("vdd", 0.001),
}
PARKING = {"occupied": "occupied", "device-temperature": "temperature"}

MODELS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "Bosch_Parking_Lot_Sensor": ("bosch/tpl110", PARKING),
    "Decentlab_DL-ATM41": (
        "decentlab/dl-atm41",
        {
            "solar-irradiance": "solar_radiation",
            "precipitation": "precipitation",
            "lightning-strikes": "lightning_strike_count",
            "wind-speed": "wind_speed",
            "wind-direction": "wind_direction",
            "wind-gust": "maximum_wind_speed",
            "temperature": "air_temperature",
            "vapour-pressure": ("vapor_pressure", 10),
            "pressure": ("atmospheric_pressure", 10),
            "humidity": "relative_humidity",
            "device-temperature": "sensor_temperature_internal",
            "battery": "battery_voltage",
        },
    ),
    "Decentlab_DL-LP8P": ("decentlab/dl-lp8p", LP8P),
    "Decentlab_DL-PAR": (
        "decentlab/dl-par",
        {"radiation": "photosynthetically_active_radiation", "battery": "battery_voltage"},
    ),
    "Decentlab_DL-PM": (
        "decentlab/dl-pm",
        {
            "pm1": "pm1_0_mass_concentration",
            "pm2-5": "pm2_5_mass_concentration",
            "pm10": "pm10_mass_concentration",
            "temperature": "air_temperature",
            "humidity": "air_humidity",
            "pressure": ("barometric_pressure", 0.01),
        },
    ),
    "Decentlab_DL-TBRG": (
        "decentlab/dl-tbrg",
        {
            "precipitation": "precipitation",
            "precipitation-total": "cumulative_precipitation",
            "battery": "battery_voltage",
        },
    ),
    "Elsys_ERS2_CO2": ("elsys/ers2", ELSYS),
    "Elsys_ERS2_Sound": ("elsys/ers2", ELSYS),
    "Milesight_AM319": (
        "milesight/am319",
        {
            "temperature": "temperature",
            "humidity": "humidity",
            "presence": ("pir", {"trigger": True, "idle": False}),
            "co2": "co2",
            "voc-index": ("tvoc", 0.01),
            "pressure": "pressure",
            "formaldehyde": ("hcho", 1000),
            "pm2-5": "pm2_5",
            "pm10": "pm10",
            "battery": "battery",
        },
    ),
    "Milesight_CT101-CT103": (
        "milesight/ct101",
        {
            "current": "current",
            "current-maximum": "current_max",
            "current-minimum": "current_min",
            "charge": "total_current",
        },
    ),
    "Milesight_EM310-UDL": (
        "milesight/em310-udl",
        {
            "distance": ("distance", 0.001),
            "tilted": ("position", {"tilt": True, "normal": False}),
            "battery": "battery",
        },
    ),
    "Milesight_EM500-CO2": (
        "milesight/em500-co2",
        {name: name for name in ("temperature", "humidity", "co2", "pressure", "battery")},
    ),
    "Milesight_EM500-SWL": (
        "milesight/em500-swl",
        {"water-level": ("water_level", 0.01), "battery": "battery"},
    ),
    "Milesight_EM500-UDL": (
        "milesight/em500-udl",
        {"distance": ("distance", 0.001), "battery": "battery"},
    ),
    "Milesight_VS133": (
        "milesight/vs133",
        {
            f"line-{line}-{way}-total": f"line_{line}.0_total_{way}"
            for line in (1, 2, 3, 4)
            for way in ("in", "out")
        },
    ),
    "Milesight_VS350": (
        "milesight/vs350",
        {
            "in-total": "total_in",
            "out-total": "total_out",
            "in": "period_in",
            "out": "period_out",
        },
    ),
    "Milesight_WS302": (
        "milesight/ws302",
        {
            "level": "LAF",
            "level-average": "LAeq",
            "level-maximum": "LAFmax",
            "battery": "battery",
        },
    ),
    "Nwave_G4_NPS_SM": ("nwave/g4-nps", PARKING),
    "Yobiiq_EM2101": (
        "yobiiq/em2101",
        {
            "import-tariff-1": ("activeEnergyImportL1T1", 0.001),
            "import-tariff-2": ("activeEnergyImportL1T2", 0.001),
        },
    ),
    "Yobiiq_EM4301": (
        "yobiiq/em4301",
        {
            "import-tariff-1": ("activeEnergyImportL123T1", 0.001),
            "import-tariff-2": ("activeEnergyImportL123T2", 0.001),
            "export-tariff-1": ("activeEnergyExportL123T1", 0.001),
            "export-tariff-2": ("activeEnergyExportL123T2", 0.001),
            **{f"voltage-l{phase}": f"voltageL{phase}N" for phase in (1, 2, 3)},
            **{f"current-l{phase}": (f"currentL{phase}", 0.001) for phase in (1, 2, 3)},
            **{f"power-l{phase}": (f"activePowerL{phase}", 0.001) for phase in (1, 2, 3)},
            "current": ("currentL123", 0.001),
            "power": ("activePowerL123", 0.001),
            "frequency": "frequency",
        },
    ),
}

RADIO: Final = {
    *("fPort", "fCnt", "dr", "confirmed", "rssi", "snr", "frequency", "channel"),
    *("lora_frame_counter", "lora_frame_port", "lora_frequency", "lora_spreading_factor"),
    *("lora_rssi", "lora_snr", "consumed_airtime"),
}
HOUSEKEEPING: Final = {
    *("type", "resetCause", "firmwareVersion", "debugInfo", "power", "ipso_version", "sn"),
    *("hardware_version", "firmware_version", "reset_cause", "hw_health_status", "battery_health"),
    *("alarm", "total_count_alarm", "period_count_alarm", "beep", "timestamp", "modbusErrorCode"),
    *("relayStatus", "digitalInputStatus", "relaySwitchingOffReason", "relayEnableReason"),
    *("resetAmountStatus", "manufacturedYear", "precipitation_interval", "co2_sensor_status"),
    *("barometer_temperature", "co2_sensor_temperature", "capacitor_voltage_1"),
    *("capacitor_voltage_2", "raw_ir_reading", "raw_ir_reading_lpf", "x_orientation_angle"),
    *("y_orientation_angle", "compass_heading", "typical_particle_size"),
}
NOT_OBSERVED: Final = {
    "trigger": "the presence of an earlier reading",
    "previous_state_duration": "follows from the changes",
    "previous_state_duration_error": "follows from the changes",
    "previous_state_duration_overflow": "follows from the changes",
    "light_level": "a step of 0 to 5, in no unit",
    "lightning_average_distance": "without a strike it means nothing",
    "north_wind_speed": "a component of the wind that is there",
    "east_wind_speed": "a component of the wind that is there",
    "pm4_mass_concentration": "in no vocabulary",
    "totalSystemActivePower": "the vendor's unit kW does not fit its other registers",
    "totalSystemReactivePower": "in no vocabulary",
    "totalSystemApparentPower": "in no vocabulary",
    "maximumL3CurrentDemand": "over a time that is not told",
    "averagePower": "over a time that is not told",
}
