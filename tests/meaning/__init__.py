"""Tests of hearing what messages mean."""
