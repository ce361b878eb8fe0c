"""What the help boxes say."""

MOUSE_HELP = """
<h3>Pattern</h3>
<table cellpadding="3">
<tr><td>Drag with the left button</td><td>zoom to a box</td></tr>
<tr><td>Right click</td><td>zoom out</td></tr>
<tr><td>Double right click, Ctrl+0</td><td>whole pattern</td></tr>
<tr><td>Wheel, Ctrl + wheel</td><td>zoom along the axis, in intensity</td></tr>
<tr><td>Drag with the middle button</td><td>move</td></tr>
<tr><td>← →, with Shift</td><td>step the cursor by one point, by ten</td></tr>
</table>
<h3>Excluding regions (Ctrl+7)</h3>
<table cellpadding="3">
<tr><td>Drag with the left button</td><td>exclude a region; on one: move it, or its ends</td></tr>
<tr><td>Double click on a region</td><td>take it back</td></tr>
<tr><td>Enter, twice</td><td>exclude from cursor to cursor</td></tr>
<tr><td>Delete</td><td>take back the region at the cursor</td></tr>
<tr><td>Esc</td><td>lay the tool down</td></tr>
</table>
<h3>Peaks (Ctrl+8)</h3>
<table cellpadding="3">
<tr><td>Click, Enter at the cursor</td><td>put a peak</td></tr>
<tr><td>Click on a mark, Delete at the cursor</td><td>remove the peak</td></tr>
</table>
<h3>Background (Ctrl+9)</h3>
<table cellpadding="3">
<tr><td>Drag an anchor; ↑ ↓, with Shift</td><td>move it; the nearest by one pixel, by ten</td></tr>
<tr><td>Click, Enter at the cursor</td><td>put an anchor</td></tr>
<tr><td>Double click, Delete at the cursor</td><td>remove an anchor</td></tr>
</table>
<h3>Comparing patterns (Ctrl+Shift+K)</h3>
<table cellpadding="3">
<tr><td>Shift + wheel</td><td>stack them farther apart, or closer</td></tr>
</table>
<h3>Density</h3>
<table cellpadding="3">
<tr><td>Drag with the left button</td><td>turn</td></tr>
<tr><td>Wheel, drag with the right button</td><td>zoom</td></tr>
<tr><td>Shift + drag</td><td>move</td></tr>
</table>
<h3>Elements</h3>
<table cellpadding="3">
<tr><td>Arrow keys, Space</td><td>move in the table, tick</td></tr>
</table>
<h3>Batch</h3>
<table cellpadding="3">
<tr><td>Enter, double click</td><td>open the result of a row</td></tr>
<tr><td>F2</td><td>other elements for one pattern</td></tr>
<tr><td>Delete</td><td>take the chosen rows from the list</td></tr>
<tr><td>Ctrl+R, Esc</td><td>start, stop</td></tr>
<tr><td>Ctrl+E, Ctrl+C</td><td>export all, copy the chosen rows with all digits</td></tr>
</table>
<h3>Candidates</h3>
<table cellpadding="3">
<tr><td>Click on a heading</td><td>sort by it; pinned ones stay on top</td></tr>
<tr><td>Ctrl+C in the table</td><td>copy the chosen candidate with all digits</td></tr>
</table>
"""
