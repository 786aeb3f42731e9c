.PHONY: plugin

plugin: ## The zip that QGIS installs, in dist/
	python scripts/build_plugin.py
