"""Data that must not have been collected, erased everywhere, with a trace that it was."""

from deploy.erasure.last_values import waiting_last_values
from deploy.erasure.steps import Places, erase, survey
from deploy.erasure.subject import Wish, find_subject

__all__ = ["Places", "Wish", "erase", "find_subject", "survey", "waiting_last_values"]
