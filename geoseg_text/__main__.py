"""`python -m geoseg_text`: the command line."""

from geoseg_text.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
