"""Documents of a plan: Word report, Excel annex, HTML page, map pictures."""
