<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" sourcelanguage="en">
<context>
    <name>Geoseg</name>
    <message>
        <location filename="../geoseg_qgis/dock/asking.py"/>
        <source>geoseg-text: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/asking.py"/>
        <source>Making the imagery ready</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/asking.py"/>
        <source>geoseg-text: cutting polygons</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/dock.py"/>
        <location filename="../geoseg_qgis/plugin.py"/>
        <source>Ask imagery</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/dock.py"/>
        <source>Waiting for the engine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/dock.py"/>
        <source>Stopping</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/dock.py"/>
        <source>There is no imagery: add a raster layer to the project</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/dock.py"/>
        <source>Say what to find, such as “the red roofs beside the road”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/dock.py"/>
        <source>Draw a box on the map first, then ask</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/dock.py"/>
        <source>Stopped; nothing was kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/dock.py"/>
        <source>The layer was removed, so the question was stopped.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/dock.py"/>
        <source>The project was closed, so the question was stopped.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/dock.py"/>
        <source>Asked before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/dock.py"/>
        <source>Examples</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/dock.py"/>
        <source>Draw a box on the map.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/dock.py"/>
        <source>The box is kept: ask.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/dock.py"/>
        <source>Choose a model folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/engine_task.py"/>
        <source>The engine was stopped meanwhile: ask again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/engine_task.py"/>
        <source>This was not foreseen ({error}): please report it with its details.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/engine_task.py"/>
        <source>geoseg-text: starting the engine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/engine_task.py"/>
        <source>{seconds} s left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/engine_task.py"/>
        <source>{minutes} min left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/extents.py"/>
        <source>This part cannot be brought to the CRS of {}: zoom to the layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/extents.py"/>
        <source>{} lies elsewhere: zoom to the layer, or choose another part</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/extents.py"/>
        <source>Nothing is selected: select polygons of a layer, or choose another part</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/extents.py"/>
        <source>What is selected cannot be kept: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/found.py"/>
        <source>Nothing found for “{}”: move the slider to the left, or say it otherwise.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/found.py"/>
        <source>{:,.0f} m²</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/messages.py"/>
        <source>{count} parts of the imagery could not be read; they count as not looked at.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/messages.py"/>
        <source>Set it up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/messages.py"/>
        <source>Details</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/panel.py"/>
        <source>History</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/panel.py"/>
        <source>Phrases asked before, and examples</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/panel.py"/>
        <source>What the map shows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/panel.py"/>
        <source>The whole layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/panel.py"/>
        <source>A box drawn on the map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/panel.py"/>
        <source>Within the selected polygons</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/panel.py"/>
        <location filename="../geoseg_qgis/dock/result_layers.py"/>
        <location filename="../geoseg_qgis/processing/algorithm.py"/>
        <source>Imagery</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/panel.py"/>
        <source>Find</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/panel.py"/>
        <source>In</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/panel.py"/>
        <location filename="../geoseg_qgis/dock/result_layers.py"/>
        <location filename="../geoseg_qgis/processing/evaluate.py"/>
        <source>Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/panel.py"/>
        <source>Ask</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/panel.py"/>
        <location filename="../geoseg_qgis/setup/dialog.py"/>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/panel.py"/>
        <location filename="../geoseg_qgis/plugin.py"/>
        <source>Engine…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/panel.py"/>
        <source>The Python environment that the network runs in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/panel.py"/>
        <location filename="../geoseg_qgis/dock/result_layers.py"/>
        <source>Phrase</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/panel.py"/>
        <location filename="../geoseg_qgis/processing/segmenting.py"/>
        <source>Polygons</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/panel.py"/>
        <source>Area</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/panel.py"/>
        <source>Score from which a pixel counts, for what is selected above</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/panel.py"/>
        <source>Right-angled outlines</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/panel.py"/>
        <source>Minimum score</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/panel.py"/>
        <source>Minimum area</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/panel.py"/>
        <source>Found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/panel.py"/>
        <source>Embedded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/panel.py"/>
        <source>A model folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/phrase_edit.py"/>
        <source>the red roofs beside the road</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/phrase_edit.py"/>
        <source>Enter asks; Shift+Enter begins another phrase, which gets a layer of its own</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/result_layers.py"/>
        <source>Mean score</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/result_layers.py"/>
        <source>Highest score</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/result_layers.py"/>
        <source>Area in m²</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/result_layers.py"/>
        <source>Asked at</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/dock/result_layers.py"/>
        <source>What the model {model} found for “{phrase}” in {source}, at scores from {threshold:.2f}: {polygons} polygons. The column score is the mean of a polygon's pixels.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/engine.py"/>
        <source>this cannot be asked: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/engine.py"/>
        <source>stopped before its turn came</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/engine.py"/>
        <source>stopped before it began</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/engine.py"/>
        <source>stopped while the engine started</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/engine.py"/>
        <source>{python} gave no sign of the engine in {seconds:.0f} s: check the environment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/engine.py"/>
        <source>the engine did not stop by itself and was ended</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/engine.py"/>
        <source>stopped, and the engine with it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/engine.py"/>
        <source>geoseg-text {engine} speaks version {theirs} of the protocol and this plugin {ours}: update the older of the two</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/engine_process.py"/>
        <source>the log {log} cannot be written: {why}: choose another</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/engine_process.py"/>
        <source>{python!r} does not start ({why}): choose the environment anew</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/engine_process.py"/>
        <location filename="../geoseg_qgis/health.py"/>
        <source>{python} has no geoseg-text: install it there or choose another environment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/engine_process.py"/>
        <source>the geoseg-text in {python} is too old for this plugin: update the environment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/engine_process.py"/>
        <source>the engine in {python} did not start: {cause}: check the environment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/engine_process.py"/>
        <source>the engine ended in the middle of it ({cause}): ask again, for less if memory was full</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/engine_process.py"/>
        <source>{python} does not answer as the engine does ({said}): check the environment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/engine_process.py"/>
        <source>exit code {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/engines.py"/>
        <source>No engine is set up: choose one in Raster &gt; geoseg-text &gt; Engine, or set GEOSEG_PYTHON.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/engines.py"/>
        <source>The engine's environment is being changed: ask again when that is done.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/environment.py"/>
        <source>there is no folder {folder}: choose a virtual or conda environment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/environment.py"/>
        <source>{folder} is no environment (no python in it): choose another folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/environment.py"/>
        <source>no environment was named: choose the folder of a virtual or conda environment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/environment.py"/>
        <source>“{path}” is no full path: choose the folder itself</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/environment.py"/>
        <source>{python} cannot make virtual environments: install its venv module (on Debian and Ubuntu: python{version}-venv) or choose another Python</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/environment.py"/>
        <source>{folder} cannot be written to ({reason}): choose another folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/environment.py"/>
        <source>{program} does not start ({error}): choose another Python</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/environment.py"/>
        <source>name your organisation's file of certificates</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/environment.py"/>
        <source>check the network, and the proxy in QGIS's settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/environment.py"/>
        <source>make room (some GB are needed) or choose a folder on another disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/environment.py"/>
        <source>see the log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/environment.py"/>
        <source>the installation failed: {said}: {advice}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/environment.py"/>
        <source>nothing to install was named: give a wheel, a folder of the project or a pinned name==1.2.3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/environment.py"/>
        <source>{folder} is no project (no pyproject.toml in it): choose another folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/environment.py"/>
        <source>there is no wheel {path}: choose the file anew</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/environment.py"/>
        <source>“{what}” is no wheel, no folder and no pinned name: pin it, as in name==1.2.3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/environment.py"/>
        <source>the environment in {folder} no longer runs: delete that folder, or choose another</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/environment.py"/>
        <source>{path} is a file: choose a folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/environment.py"/>
        <source>{folder} holds something else: choose a new or an empty folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/environment.py"/>
        <source>there is no file of certificates {path}: choose it anew</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/health.py"/>
        <source>{python} did not look at itself ({error}): try again, or choose another environment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/health.py"/>
        <source>the geoseg-text in {python} does not start ({said}): make the environment anew</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/health.py"/>
        <source>{trouble} (and {count} more in the report)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/health.py"/>
        <source>{trouble}: make the environment anew, or choose another</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/health.py"/>
        <source>no GPU</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/interpreters.py"/>
        <source>{path} is Python {version}; geoseg-text needs 3.11 or later: choose a newer one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/interpreters.py"/>
        <source>{path} is a 32-bit Python: choose a 64-bit one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/interpreters.py"/>
        <source>“{path}” is no full path of a Python: choose the file itself</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/interpreters.py"/>
        <source>{path} does not run ({error}): choose another Python</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/interpreters.py"/>
        <source>{path} is no Python that runs ({said}): choose another</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/layers.py"/>
        <source>{}: say which extent to look at</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/layers.py"/>
        <source>{name}: {cols} x {rows} pixels are too many; choose a smaller part</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/layers.py"/>
        <source>{name} could not be read for this extent (error {fault}): is its service reachable?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/algorithm.py"/>
        <source>text,prompt,segmentation,referring,extract,buildings,trees,cars,deep learning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/algorithm.py"/>
        <source>Bands to see as red, green and blue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/algorithm.py"/>
        <source>Extent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/algorithm.py"/>
        <source>Look at pixels of this size in metres (the model's range if not set)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/algorithm.py"/>
        <source>Score from which a pixel counts (the model's if not set)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/algorithm.py"/>
        <source>Least area in square metres</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/algorithm.py"/>
        <source>Model: a name or a model folder (the embedded one if empty)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/algorithm.py"/>
        <source>Simplify outlines by this many metres</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/algorithm.py"/>
        <source>Right-angled outlines, for buildings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/algorithm.py"/>
        <source>Layer of what is there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/algorithm.py"/>
        <source>Only features for which this is true</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/asking.py"/>
        <source>The engine was stopped meanwhile: run it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/evaluate.py"/>
        <source>Evaluate against a layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/evaluate.py"/>
        <source>Compares what a phrase finds in a raster layer with a vector layer of what is there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/evaluate.py"/>
        <source>The layer must hold all there is of what the phrase means, within the extent. It is compared with
the polygons that Segment by phrase gives by the same settings, wherever the imagery is valid.

IoU is the ground that is in both, as a share of the ground that is in either. Precision is the share of what
was found that is true, recall the share of what is true that was found. A feature is found where half of it
is covered or more, and a polygon is right where half of it lies on features or more.

Everything is computed on this machine; nothing is sent anywhere.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/evaluate.py"/>
        <source>Phrase that means its features</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/evaluate.py"/>
        <source>Width of the layer's lines and points in metres</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/evaluate.py"/>
        <source>Report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/evaluate.py"/>
        <source>HTML files (*.html)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/evaluate.py"/>
        <source>IoU</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/evaluate.py"/>
        <source>Precision</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/evaluate.py"/>
        <source>Recall</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/evaluate.py"/>
        <source>{share} ({part} of {whole}), covered by half or more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/evaluate.py"/>
        <source>Features found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/evaluate.py"/>
        <source>{share} ({part} of {whole}), true by half or more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/evaluate.py"/>
        <source>Polygons right</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/evaluate.py"/>
        <source>Area in the layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/evaluate.py"/>
        <source>Area found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/evaluate.py"/>
        <source>Area in both</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/evaluate.py"/>
        <source>Area looked at</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/evaluate.py"/>
        <source>Threshold</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/evaluate.py"/>
        <source>{mended} mended, {out} left out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/evaluate.py"/>
        <source>Invalid geometries</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/evaluate.py"/>
        <source>The report {path} cannot be written: {fault}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/features.py"/>
        <source>{name} cannot be written for the run: {fault}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/features.py"/>
        <source>{name}: no feature that is wanted lies on the imagery; look at its CRS and the expression</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/features.py"/>
        <source>there is no column {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/features.py"/>
        <source>The expression {expression} cannot be used: {fault}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/fine_tune.py"/>
        <source>Fine-tune on a layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/fine_tune.py"/>
        <source>Teaches a model what a vector layer holds of a raster layer, and gives a model folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/fine_tune.py"/>
        <source>The layer must hold all there is of its kind on the imagery, or within the area where it is
complete: what it leaves out is learnt as something else. Lines and points become areas by their width.

Say what the features are in a word or two that mean a kind of thing, such as "buildings" or "solar panels".
That is what the model learns to find; ask it with the model folder as the model of Segment by phrase.

Some of the imagery is held back. What the model marks on it is told before and after, as the overlap with the
layer (IoU): 0 is none and 1 is all. Some minutes are needed before and after those of the training itself.

Cancelling leaves no model. Everything is computed on this machine; nothing is sent anywhere.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/fine_tune.py"/>
        <source>What its features are, such as buildings (by its columns or name if empty)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/fine_tune.py"/>
        <source>Minutes of training</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/fine_tune.py"/>
        <source>Area where the layer is complete (all of the imagery if not set)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/fine_tune.py"/>
        <source>Model to start from: a model folder or a name (the embedded one if empty)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/fine_tune.py"/>
        <source>Width of lines and points in metres (by what they are)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/fine_tune.py"/>
        <source>Look at pixels of this size in metres (the imagery's if not set)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/fine_tune.py"/>
        <source>Model folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/fine_tune.py"/>
        <source>IoU before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/fine_tune.py"/>
        <source>IoU after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/fine_tune.py"/>
        <source>“{phrase}” on what was held back: IoU {before} before, {after} after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/segment.py"/>
        <source>Segment by phrase</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/segment.py"/>
        <source>Finds what phrases mean in a raster layer and gives polygons</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/segment_folder.py"/>
        <source>Segment a folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/segment_folder.py"/>
        <source>Finds what phrases mean in all rasters of a folder, which make one mosaic, and gives polygons</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/segment_folder.py"/>
        <source>Folder of rasters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/segment_folder.py"/>
        <source>Bands to see as red, green and blue, such as 4,3,2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/segment_folder.py"/>
        <source>{text} are no bands: give their numbers, such as 4,3,2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/segmenting.py"/>
        <source>A phrase names things and says which: by colour, size, position or neighbours, such as
"the red roofs" or "the lake in the north". The embedded model reads colours and positions, hardly yet sizes
and neighbours. Write one phrase on each line; each polygon says which it answers.

The network looks through windows, and a phrase is answered within each of them: "the largest roof" is the
largest of all only where the extent is one window.

Everything is computed on this machine; nothing is sent anywhere.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/segmenting.py"/>
        <source>Scores</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/segmenting.py"/>
        <source>Phrases, one on each line</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/segmenting.py"/>
        <source>{file} is shown by the layer {layer}: choose another file, or remove the layer first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/segmenting.py"/>
        <source>{count} polygons, {area:,.0f} m², for “{phrase}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/processing/segmenting.py"/>
        <source>Not seen: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/dialog.py"/>
        <source>geoseg-text: the engine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/dialog.py"/>
        <source>none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/dialog.py"/>
        <source>Check again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/dialog.py"/>
        <source>Make an environment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/dialog.py"/>
        <source>Use an environment that is there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/dialog.py"/>
        <source>In use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/dialog.py"/>
        <source>Python</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/dialog.py"/>
        <source>geoseg-text: looking for Pythons</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/dialog.py"/>
        <source>No engine yet: make an environment, or use one that is there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/dialog.py"/>
        <location filename="../geoseg_qgis/setup/jobs.py"/>
        <source>Looking at the engine; the first time this takes a minute</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/dialog.py"/>
        <source>geoseg-text: looking at the engine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/dialog.py"/>
        <source>No Python to make it from was chosen: install 3.11 or later, or browse to it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/dialog.py"/>
        <source>Making the environment; this can take minutes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/dialog.py"/>
        <source>geoseg-text: making an environment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/dialog.py"/>
        <source>Stopped.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/dialog.py"/>
        <source>It is sound and kept, but the variable {name} names another, which comes before it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/dialog.py"/>
        <source>Sound: {summary}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/dialog.py"/>
        <source>This engine is used from now on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/panels.py"/>
        <source>A virtual or conda environment in which geoseg-text is installed: its folder, or its Python. It is used as it is; nothing is changed there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/panels.py"/>
        <source>Environment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/panels.py"/>
        <source>Check and use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/panels.py"/>
        <source>An environment of its own, outside QGIS, for geoseg-text and what it needs (some GB). One that was made here before is brought up to date.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/panels.py"/>
        <source>Looking for Pythons…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/panels.py"/>
        <source>Folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/panels.py"/>
        <source>a wheel, a folder of the project, or a pinned name==1.2.3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/panels.py"/>
        <source>File of certificates</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/panels.py"/>
        <source>Certificates</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/panels.py"/>
        <source>those of the system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/panels.py"/>
        <source>Made from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/panels.py"/>
        <source>Install</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/panels.py"/>
        <source>Proxy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/panels.py"/>
        <source>Tool</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/panels.py"/>
        <source>venv and pip (uv, where it is installed, is quicker)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/panels.py"/>
        <source>Make and use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/panels.py"/>
        <source>Python {version}: {path}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/panels.py"/>
        <source>None of 3.11 or later was found: install one, or browse to it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/panels.py"/>
        <source>Python 3.11 or later</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/panels.py"/>
        <source>Wheel…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/panels.py"/>
        <source>Folder of the project…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/panels.py"/>
        <source>Wheel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/panels.py"/>
        <source>Wheels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/panels.py"/>
        <source>Folder of the project</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/panels.py"/>
        <source>Browse</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/panels.py"/>
        <source>that of the system, if there is one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/parts.py"/>
        <source>What the installer says, and what is known of the engine, is shown here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/parts.py"/>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/parts.py"/>
        <source>Copy this text, for a bug report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/parts.py"/>
        <source>Log and report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/setup/work.py"/>
        <source>it broke off: report what QGIS shows in its Python log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/stages.py"/>
        <source>Looking</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/stages.py"/>
        <source>Joining</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/stages.py"/>
        <source>Drawing outlines</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/stages.py"/>
        <source>Keeping the scores</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/stages.py"/>
        <source>Cutting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/stages.py"/>
        <source>Reading the layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/stages.py"/>
        <source>Judging the model before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/stages.py"/>
        <source>Drawing scenes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/stages.py"/>
        <source>Training</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/stages.py"/>
        <source>Choosing the threshold</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/stages.py"/>
        <source>Judging the model after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/stages.py"/>
        <source>{stage}: {done:.1f} of {total:.1f} minutes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <location filename="../geoseg_qgis/stages.py"/>
        <source>{stage}: {done} of {total}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
