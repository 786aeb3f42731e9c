"""Referring and labelled imagery as data sets.

>>> from geoseg_text.datasets import open_benchmark
>>> test = open_benchmark("RRSIS-D", "/data", "test")  # doctest: +SKIP
>>> test[0].phrase  # doctest: +SKIP
"""

from geoseg_text.datasets.benchmarks import BENCHMARKS, find_benchmark, open_benchmark

__all__ = ["BENCHMARKS", "find_benchmark", "open_benchmark"]
