"""Runs cut into blocks: each is answered by itself, kept on disk, and joined with the others without a seam.

A block owns its core; its windows are those of the plan of the whole run that touch the core, so that every
pixel gets the same contributions whoever answers it.
"""

from __future__ import annotations

from geoseg_text.jobs.blocks import BLOCK_PX, Shard, blocks_of
from geoseg_text.jobs.folder import JobFolder
from geoseg_text.jobs.merge import MergedJob
from geoseg_text.jobs.request import Opened, Request
from geoseg_text.jobs.stored import BlockAnswer
from geoseg_text.jobs.survey import Survey
from geoseg_text.jobs.work import do_blocks

__all__ = [
    "BLOCK_PX",
    "BlockAnswer",
    "JobFolder",
    "MergedJob",
    "Opened",
    "Request",
    "Shard",
    "Survey",
    "blocks_of",
    "do_blocks",
]
