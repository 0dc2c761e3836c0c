"""Paths, an encoder and a store in; a new generation out. Incremental, resumable."""

from embed.index.rules import index_rules, text_rules
from embed.pipeline.indexing import IndexOptions, IndexOutcome, Progress, Stage, index_files, reindex

__all__ = ["IndexOptions", "IndexOutcome", "Progress", "Stage", "index_files", "index_rules", "reindex", "text_rules"]
