"""The administrative-merger planning engine: domain, stages, plan folder, documents and command line."""

__version__ = "0.1.0"
