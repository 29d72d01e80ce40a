"""Mosquitto's configuration, password and access files, generated from the cities."""

from deploy.mosquitto.access import GATEWAY, LIVE, PUBLIC, CityAccess, access_file, check_access
from deploy.mosquitto.configuration import MosquittoLimits, MosquittoListener, write_mosquitto
from deploy.mosquitto.passwords import password_file

__all__ = [
    "GATEWAY",
    "LIVE",
    "PUBLIC",
    "CityAccess",
    "MosquittoLimits",
    "MosquittoListener",
    "access_file",
    "check_access",
    "password_file",
    "write_mosquitto",
]
