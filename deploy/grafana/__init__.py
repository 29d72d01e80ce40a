"""Dashboards and alarms for Grafana: YAML and SQL, brought to it by `stadspuls grafana`."""
