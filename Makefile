.PHONY: plugin translations

plugin: ## The zip that QGIS installs, in dist/
	python scripts/vendor_protocol.py
	python scripts/build_plugin.py

translations: ## The template for translators of the plugin, from its texts
	python scripts/translations.py
