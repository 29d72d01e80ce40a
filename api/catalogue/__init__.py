"""What there is, as a catalogue of open data: DCAT-AP-VL, DCAT-AP, HVD and mobilityDCAT-AP."""
