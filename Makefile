.PHONY: plugin

plugin: ## The zip that QGIS installs, in dist/
	python scripts/vendor_protocol.py
	python scripts/build_plugin.py
