<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" sourcelanguage="en">
  <context>
    <name>Densight</name>
    <message>
      <location filename="app/actions.py" />
      <source>New window</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Open pattern or project…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Batch…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Choose columns…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Save project</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Save project as…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Export CIF…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Export density map…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Save plot…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Save picture of density…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Save turn of density…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Save picture of window…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Take files from a second start</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Close window</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Quit</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Pin candidate</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Discard candidate</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Compare two candidates</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Undo</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Redo</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Solve structure</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Predict density</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Refine further…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Edit candidate…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Search further</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Look for a second phase</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Cancel</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Whole pattern</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Reset layout</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>About Densight</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Guide to what is looked at</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Mouse and keys</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Open recent</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Examples</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>&amp;File</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>&amp;Edit</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>&amp;Sample</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>&amp;View</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>&amp;Help</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Unpin candidate</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Take candidate back</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Against 2θ</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Against d</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Against Q</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Intensity</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Square root of intensity</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Logarithm of intensity</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Colours of the system</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Light</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/actions.py" />
      <source>Dark</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/asking.py" />
      <source>CCP4 map (*.ccp4);;Gaussian cube (*.cube);;XCrySDen (*.xsf);;NumPy (*.npz)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/asking.py" />
      <source>Open a powder pattern or a project</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/asking.py" />
      <source>Save the project</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/asking.py" />
      <source>Densight project (*.densight)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/asking.py" />
      <source>Export the chosen candidate</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/asking.py" />
      <source>CIF (*.cif)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/asking.py" />
      <source>Export the density that is shown</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/asking.py" />
      <source>PNG (*.png)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/asking.py" />
      <source>Save a picture of the {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/asking.py" />
      <source>Save a picture of the window</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/asking.py" />
      <source>Save the work on '{0}' before closing?</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/asking.py" />
      <source>Otherwise candidates, fits and densities are lost.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/asking.py" />
      <source>Saved {0} in {1}.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/batching.py" />
      <source>Stop the batch first: the list cannot change while it runs.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/batching.py" />
      <source>Done: {0} solved, {1} tentative, {2} without a solution, {3} failed.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/batching.py" />
      <source>Stopped after {0} of {1}; Start goes on from there.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/batching.py" />
      <source>, {0} on the list already</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/batching.py" />
      <source>, {0} other file{1} left out</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/batching.py" />
      <source>Looking for patterns</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/batching.py" />
      <source>, about {0} left</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/batching.py" />
      <source>Stopping</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/batching.py" />
      <source>There is nothing to export yet.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/batching.py" />
      <source>Wrote results.csv ({0} rows) and {1} CIFs to {2}.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/batching.py" />
      <source>An earlier batch: {0} of {1} are still to do.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/batching.py" />
      <source>Nothing to open was kept of '{0}': its pattern was opened.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/batching.py" />
      <source>Stopped by an error</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/batching.py" />
      <source>Stopped</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/choices.py" />
      <source>Forget these</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/choices.py" />
      <source>No examples are installed</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/choices.py" />
      <source>No recent files</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/choices.py" />
      <source>No searches yet</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/controller.py" />
      <source>The file names no wavelength: {0} Kα is assumed. Choose the right one under Radiation if it is not.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/controller.py" />
      <source>the former session</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/controller.py" />
      <source>What was found for {0} was put away and is not saved (Ctrl+Z brings it back).</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/controller.py" />
      <source>The results for the former wavelength were put away; solve again.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/controller.py" />
      <source>Wavelength {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/controller.py" />
      <source>There is no pattern yet: drop a file here, or open an example.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/controller.py" />
      <source>No element is ticked: tick the elements that are in the sample, then try again.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/controller.py" />
      <source>Open {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/controller.py" />
      <source>Bring it back</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/controller.py" />
      <source>Cancelled</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/derived_maps.py" />
      <source>Network sample {0} minus {1}{2}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/derived_maps.py" />
      <source>the candidate</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/derived_maps.py" />
      <source>Stopped by an error.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/editing.py" />
      <source>The candidate that was edited is no longer listed; what came of it was put away.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/editing.py" />
      <source>Candidate {0}, edited: {1}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/editing.py" />
      <source>Starting</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/editing.py" />
      <source>Rwp {0} → {1} %: candidate {2} of the list</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/editing.py" />
      <source>tolerance {0:g} Å</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/editing.py" />
      <source>Edit {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/exports.py" />
      <source>There is no candidate to export yet.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/exports.py" />
      <source>There is no density to export yet.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/exports.py" />
      <source>{0} could not be written: {1}.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/importing.py" />
      <source>'{0}' has no columns of numbers to choose from.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/importing.py" />
      <source>{0} was read like the last file of its layout.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/main_window.py" />
      <source>Candidates or peaks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/main_window.py" />
      <source>Candidates</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/main_window.py" />
      <source>Peaks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/main_window.py" />
      <source>Starting up</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/main_window.py" />
      <source>Reading the file</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/main_window.py" />
      <source>Fitting peaks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/main_window.py" />
      <source>Reading patterns</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/main_window.py" />
      <source>Solving</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/main_window.py" />
      <source>Predicting density</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/main_window.py" />
      <source>Refining</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/main_window.py" />
      <source>Refining what was edited</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/main_window.py" />
      <source>Computing the candidate's density</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/main_window.py" />
      <source>Writing</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/main_window.py" />
      <source>Drop to open</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/main_window.py" />
      <source>Saved {0}.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/main_window.py" />
      <source>{0} could not be written.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/main_window.py" />
      <source>Candidates ({0})</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/main_window.py" />
      <source>Peaks ({0})</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/opening.py" />
      <source>One pattern a window: {0} was taken.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/opening.py" />
      <source>Open {0} more window{1}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/opening.py" />
      <source>Solve all {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/overlaying.py" />
      <source>Compare with patterns</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/overlaying.py" />
      <source>{0} names no wavelength: that of the pattern on the table is taken for it.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/pattern_menu.py" />
      <source>Look and zoom</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/pattern_menu.py" />
      <source>Exclude regions</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/pattern_menu.py" />
      <source>Add and remove peaks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/pattern_menu.py" />
      <source>Background</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/pattern_menu.py" />
      <source>Compare patterns</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/pattern_menu.py" />
      <source>&amp;Pattern</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/pattern_menu.py" />
      <source>Take back all excluded regions</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/pattern_menu.py" />
      <source>Search peaks automatically again</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/pattern_menu.py" />
      <source>Automatic background</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/pattern_menu.py" />
      <source>Compare with patterns…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/pattern_menu.py" />
      <source>Remove patterns for comparison</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/pattern_work.py" />
      <source>The candidates were found with other regions, background or peaks. Solve again (Ctrl+R), or refine a candidate further (Ctrl+Shift+R), to apply the change.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/ranges.py" />
      <source>Range {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/ranges.py" />
      <source>Ranges, {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/recovery.py" />
      <source>Densight did not end properly while '{0}' was open. Its state of {1} was kept.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/recovery.py" />
      <source>Restore</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/recovery.py" />
      <source>Discard</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/refining.py" />
      <source>Choose a candidate to refine.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/refining.py" />
      <source>The candidate that was refined is no longer listed; its refinement was put away.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/refining.py" />
      <source>Refine {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/result_notes.py" />
      <source>No structure was found that explains this pattern with these elements. Check the wavelength and the elements, or let other elements be present.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/searching_on.py" />
      <source>This is what {0} leaves of '{1}'. Tick the elements of the second phase, and solve. Where strong lines were taken away small waves remain; they are given little weight.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/searching_on.py" />
      <source>Searched further: {0} candidates, {1} more than before (Ctrl+Z brings the former list back).</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/searching_on.py" />
      <source>What {0} leaves of {1}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/side_windows.py" />
      <source>The batch was closed. {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/side_windows.py" />
      <source>Show the batch</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/batch.py" />
      <source>The list holds {0} patterns at most: solve more with 'densight batch' in a terminal.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/batch.py" />
      <source>There is no pattern yet: drop a folder or files here.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/batch.py" />
      <source>No element is ticked, and '{0}' has none of its own: tick what is in the samples.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/batch.py" />
      <source>Choose the folder that the results go into.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/density.py" />
      <source>Network sample {0} of {1}, {2}; cell {3}, expected correlation {4:.2f}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/element_hints.py" />
      <source>{0} form{1} no solid compounds: untick unless sure.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/element_hints.py" />
      <source>{0} form{1} solids only with F, O or Cl.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/element_hints.py" />
      <source>{0} decay{1} within hours: no powder holds any.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/element_hints.py" />
      <source>Nothing here scatters X-rays enough: tick the heavier elements too.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/element_hints.py" />
      <source>{0} elements: tick only those that are surely there.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/element_hints.py" />
      <source>{0} scatter nearly alike: the pattern may not tell them apart.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/element_hints.py" />
      <source>H hardly scatters X-rays: it is placed where it fits, not measured.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/elements.py" />
      <source>'{0}' is no element that can be chosen here (H to Cf).</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/elements.py" />
      <source>Elements {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/elements.py" />
      <source>Formula {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/elements.py" />
      <source>Clear elements</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/elements.py" />
      <source>Untick {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/elements.py" />
      <source>Tick {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/elements.py" />
      <source>Allow others</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/elements.py" />
      <source>Exclude others</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/overlays.py" />
      <source>Compare with {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/overlays.py" />
      <source>Remove {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/preparing.py" />
      <source>Background by arPLS</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/preparing.py" />
      <source>Background by SNIP</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/preparing.py" />
      <source>Background through anchors</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/preparing.py" />
      <source>Polynomial background</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/preparing.py" />
      <source>Remove anchor at {0:.2f}°</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/preparing.py" />
      <source>Exclude {0}°</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/preparing.py" />
      <source>Move excluded region to {0}°</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/preparing.py" />
      <source>Use {0}° again</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/preparing.py" />
      <source>Use all regions again</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/preparing.py" />
      <source>Add peak at {0:.2f}°</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/preparing.py" />
      <source>Remove peak at {0:.2f}°</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/preparing.py" />
      <source>Peaks of the automatic search</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/preparing.py" />
      <source>Degree {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/preparing.py" />
      <source>Place anchors anew</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/preparing.py" />
      <source>Add anchor at {0:.2f}°</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/preparing.py" />
      <source>Move anchor to {0:.2f}°</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/preparing.py" />
      <source>Move anchor at {0:.2f}°</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/preparing.py" />
      <source>A peak can be put only where the pattern was measured.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/preparing.py" />
      <source>This region is excluded: use it again, then put a peak there.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/preparing.py" />
      <source>The background is still being estimated: wait a moment.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/preparing.py" />
      <source>There is no pattern yet: open one, then exclude regions of it.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/solution.py" />
      <source>Note on</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/solution.py" />
      <source>Pin</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/solution.py" />
      <source>Unpin</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/solution.py" />
      <source>Take back</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/standing.py" />
      <source>Rwp {0} %</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/standing.py" />
      <source>its cell alone allows {0} %</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/standing.py" />
      <source>{0}, but {1}: some intensities are not explained by its atoms.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/standing.py" />
      <source>The next best Rwp is {0:.2f} times as large.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/standing.py" />
      <source>The pattern cannot tell it from candidate{0} {1}{2}: compare the chemistry.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/standing.py" />
      <source>Chance of being right {0:.2f}: {1}.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/standing.py" />
      <source>{0}, as good as its cell allows: the atoms explain the intensities.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/standing.py" />
      <source>{0}, and {1}: the atoms explain the intensities.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/standing.py" />
      <source>Its Rwp is {0:.2f} times that of candidate 1.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/standing.py" />
      <source>Others fit as well.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/standing.py" />
      <source> and {0} more</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/standing.py" />
      <source>{0}; made by hand, and not judged.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/standing.py" />
      <source>unlikely</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/standing.py" />
      <source>Chance of being right {0:.2f}, but {1} all the same: it needs a strong texture, or broad lines were left out.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/standing.py" />
      <source>It fits better than candidate 1 ({0:.2f} times its Rwp), but is less plausible all in all.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/standing.py" />
      <source>It fits as well as candidate 1.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/standing.py" />
      <source>Nothing else was found.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/text.py" />
      <source>Not judged</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/text.py" />
      <source>Network</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/text.py" />
      <source>Library</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/text.py" />
      <source>Phasing</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/text.py" />
      <source>Solved</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/text.py" />
      <source>Tentative</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/text.py" />
      <source>No solution</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/text.py" />
      <source>Unlikely</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/text.py" />
      <source>Candidate {0}:{1}{2}{3}{4}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/turning.py" />
      <source>There is no density in space to be turned.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/turning.py" />
      <source>Drawing</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/turning.py" />
      <source>Saved {0}{1} in {2}.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/about_dialog.py" />
      <source>Versions</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/about_dialog.py" />
      <source>Licences</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/about_dialog.py" />
      <source>Copy</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/about_dialog.py" />
      <source>Copy versions and licences</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_row_words.py" />
      <source>The chosen row in words</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_row_words.py" />
      <source>{0} rows are chosen</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_table.py" />
      <source>Drop a folder or files here: every pattern gets a row, and a verdict once it is solved.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_table.py" />
      <source>Failed</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_table.py" />
      <source>File</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_table.py" />
      <source>The pattern; the whole path is in the tooltip</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_table.py" />
      <source>Elements</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_table.py" />
      <source>What is searched for; F2 changes it for one pattern</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_table.py" />
      <source>Verdict</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_table.py" />
      <source>What the program makes of its first candidate</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_table.py" />
      <source>Formula</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_table.py" />
      <source>Reduced formula of the first candidate</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_table.py" />
      <source>Space group</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_table.py" />
      <source>Hermann-Mauguin symbol and number</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_table.py" />
      <source>Weighted profile residual of the fit, background included</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_table.py" />
      <source>Chance</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_table.py" />
      <source>Probability that the first candidate is right</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_table.py" />
      <source>Time</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_table.py" />
      <source>What the pattern took</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_table.py" />
      <source>Message</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_table.py" />
      <source>Why it failed, or what was to be remarked about the file</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_table.py" />
      <source>{0}
results in the folder '{1}'</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_table.py" />
      <source>{0}; F2 to change them for this pattern</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_table.py" />
      <source>{0}
Double-click to open it</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_table.py" />
      <source>Patterns of the batch and their verdicts</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_table.py" />
      <source>Of this pattern alone</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_table.py" />
      <source>Those for all</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_table.py" />
      <source>Waiting</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_texts.py" />
      <source>All patterns in a folder and below, known by their content.
The output folder of an earlier batch is gone on with.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_texts.py" />
      <source>Patterns, or a manifest: a CSV file whose first row names file,elements and perhaps
wavelength,formula,id,others_possible,range (Ctrl+O)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_texts.py" />
      <source>Patterns solved at once, each in a process with one thread and up to 1.2 GB of memory</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>As the files say</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>How many patterns came to which verdict</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Open result</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Open it in a window of its own (Enter)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Export all…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>results.csv, and the first candidate of every pattern as CIF (Ctrl+E)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Clear</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>An empty list; results that were written stay</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Add folder…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Add files…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Wavelength of all patterns</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Goes before what the files say. Choose a tube, or type a wavelength in angstrom
(0.41326) or a doublet (1.54056, 1.54439). Without one, a file that names none
is taken for Cu Kα, and its row says so.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>&amp;Wavelength</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>No elements for all</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Elements (Ti O), or the formula if known (TiO2)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Elements or formula of all samples</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Other elements may be present</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Output folder</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Choose…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Where the results go: a folder for each pattern</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Number of workers</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Wor&amp;kers</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Start</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Solve all that have no answer yet (Ctrl+R)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Stop</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>End the workers; Start goes on from there (Esc)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>What the batch is doing</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>A folder of patterns, or a former batch</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Patterns, or a manifest</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Where the results go</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Where table and CIFs go</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Drop a folder or files here.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Composition fixed: {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Patterns</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Elements in all samples</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Results</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>and {0} more</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>{0} to do</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>{0} in any amounts</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>For patterns that have none of their own (F2 in the table, or a manifest)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Not chosen yet</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>Go on</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/batch_window.py" />
      <source>There is no result to open yet.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidate_marks.py" />
      <source>Why the candidate stands where it stands</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidate_marks.py" />
      <source>★ Pin</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidate_marks.py" />
      <source>Keep this candidate on top of the list (Ctrl+P)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidate_marks.py" />
      <source>✕ Discard</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidate_marks.py" />
      <source>Put this candidate aside, to the end of the list (Ctrl+Del)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidate_marks.py" />
      <source>⇄ Compare</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidate_marks.py" />
      <source>Two candidates, or a candidate and the network, side by side (Ctrl+K)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidate_marks.py" />
      <source>✎ Edit</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidate_marks.py" />
      <source>Other elements or another symmetry, refined as a new candidate (F2)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidate_marks.py" />
      <source>Note</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidate_marks.py" />
      <source>Note on this candidate</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidate_panel.py" />
      <source>Rietveld refinement with everything that pays (Ctrl+Shift+R)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidate_panel.py" />
      <source>Second phase</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidate_panel.py" />
      <source>Take this candidate's lines away, and look for another phase in what is left, in a window of its own (Ctrl+Shift+N)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidate_panel.py" />
      <source>The chosen candidate as a CIF (Ctrl+E)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidate_panel.py" />
      <source>What the program makes of it, and the chance of being right</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidate_panel.py" />
      <source>Cell (Å)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidate_panel.py" />
      <source>Volume</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidate_panel.py" />
      <source>{0:.2f} Å³, {1} atoms ({2} in the primitive cell)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidate_panel.py" />
      <source>Rwp</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidate_panel.py" />
      <source>{0} %, without background {1} %</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidate_panel.py" />
      <source>R Bragg</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidate_panel.py" />
      <source>Rwp Le Bail</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidate_panel.py" />
      <source>{0} % (same cell)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidates_order.py" />
      <source>Volume of the cell</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidates_order.py" />
      <source>Source</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidates_order.py" />
      <source>Number of atoms</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidates_table.py" />
      <source>Structures that explain the pattern appear here, best first, after Solve structure.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidates_table.py" />
      <source>Rank: 1 is the likeliest</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidates_table.py" />
      <source>Reduced formula; below it, where the structure was proposed</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidates_table.py" />
      <source>Hermann-Mauguin symbol and number; below it, the cell in angstrom and degrees</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidates_table.py" />
      <source>Fit</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidates_table.py" />
      <source>Observed (grey) and calculated (red) intensities, square roots; below, the difference</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidates_table.py" />
      <source>What the program makes of this candidate; below it, the chance of being right</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidates_table.py" />
      <source>What you wrote about it</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidates_table.py" />
      <source>chance {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidates_table.py" />
      <source>{0} atoms in the primitive cell, V = {1:.2f} Å³</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidates_table.py" />
      <source>Rwp {0} %, without background {1} %, R Bragg {2} %</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidates_table.py" />
      <source>Sp. gr.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidates_table.py" />
      <source>Le Bail fit of the same cell: Rwp {0} %</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidates_table.py" />
      <source>Note: {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/candidates_table.py" />
      <source>Sort by {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/compare_window.py" />
      <source>{0}, chance {1}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/compare_window.py" />
      <source>What stands on the {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/compare_window.py" />
      <source>Compare</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/compare_window.py" />
      <source>Turn together</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/compare_window.py" />
      <source>Density on the {0}, turn with the mouse</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/compare_window.py" />
      <source>This display has no OpenGL.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/compare_window.py" />
      <source>Left and right</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/compare_window.py" />
      <source>Network sample {0} of {1}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Levels that enclose a seventh and a thirtieth of the cell; of a difference, three times its standard deviation</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Outer level</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Inner level</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Opacity</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Auto levels</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Polyhedra</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Between atoms no farther apart than their covalent radii and 0.25 Å</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Around metal atoms with four neighbours or more</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Perspective</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Reset view</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>The view that a new map gets</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Distance</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Previous</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Next</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>{0} sample</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>{0} of the network's samples</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Atoms</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Bonds</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Look along</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Look along {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Drawn range, in cells</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Section (h k l)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Index {0} of the section</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>True cell</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>The cell in its true shape</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>CMED cube</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>The cube of the fractional coordinates</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Sample</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>One of the network's samples</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Mean</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Mean of the samples that have this one's cell, each put where it is most like it</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Spread</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>How sure the network is: standard deviation of these samples at every point</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Levels as densities</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Levels in standard deviations of the map</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Levels by the electrons of a cell that they enclose</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_controls.py" />
      <source>Drawn range along {0}, {1} end</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_panel.py" />
      <source>only predicted</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_panel.py" />
      <source>only in the candidate</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_panel.py" />
      <source>Levels, atoms, views and sections: show or hide these controls</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_panel.py" />
      <source>Controls of the density</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_panel.py" />
      <source>Density</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_panel.py" />
      <source>Electron density, turn with the mouse</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_panel.py" />
      <source>{0} could not be written: choose another folder.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_panel.py" />
      <source>Isosurfaces and the structure in space</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_panel.py" />
      <source>Section</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_panel.py" />
      <source>A plane through the density, with contours</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_panel.py" />
      <source>The network's map, from pattern and elements alone</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_panel.py" />
      <source>Candidate</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_panel.py" />
      <source>The chosen candidate's own density</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_panel.py" />
      <source>Their difference: the network's map, put into the candidate's setting, minus the candidate's own</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_panel.py" />
      <source>Net</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_panel.py" />
      <source>Cand</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_panel.py" />
      <source>Subtracting the candidate's density</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_panel.py" />
      <source>Putting the samples into one setting</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_panel.py" />
      <source>Predict density draws the network's map from pattern and elements.
After Solve, the chosen candidate's own density can be shown here.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/density_panel.py" />
      <source>
This display has no OpenGL: sections are drawn instead of surfaces.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/edit_dialog.py" />
      <source>Element</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/edit_dialog.py" />
      <source>Wyckoff</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/edit_dialog.py" />
      <source>Edit candidate</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/edit_dialog.py" />
      <source>Tolerance of symmetry</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/edit_dialog.py" />
      <source>How far atoms may be from a symmetric place: a larger one finds more symmetry, and puts the atoms there</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/edit_dialog.py" />
      <source>Sites</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/edit_dialog.py" />
      <source>Refine as a new candidate</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/edit_dialog.py" />
      <source>Tolerance</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/edit_dialog.py" />
      <source>Type another element's symbol; the cell stays, the fit decides.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/edit_dialog.py" />
      <source>No candidate is chosen</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/edit_dialog.py" />
      <source>Element of site {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/error_dialog.py" />
      <source>Internal error</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/error_dialog.py" />
      <source>Something went wrong inside the program. Your session is as it was and you can go on working. Please send this report to the developers.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/error_dialog.py" />
      <source>Copy report</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/fit_comparison.py" />
      <source>Both fits</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/fit_comparison.py" />
      <source>2θ (degrees)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/further_phase.py" />
      <source>A mixture is refined as one; weight fractions are stated with the result</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/further_phase.py" />
      <source>none</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/further_phase.py" />
      <source>From a file…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/further_phase.py" />
      <source>Structure of the second phase</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/guide_window.py" />
      <source>Guide</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/guide_window.py" />
      <source>Guide to Densight</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/guide_window.py" />
      <source>Headings of the guide</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/import_dialog.py" />
      <source>As the file says, else Cu Kα</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/import_dialog.py" />
      <source>2θ in degrees</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/import_dialog.py" />
      <source>2θ in radians</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/import_dialog.py" />
      <source>Which columns hold the pattern?</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/import_dialog.py" />
      <source>First lines of the file, cut into columns</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/import_dialog.py" />
      <source>Double-click the line with which the table begins</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/import_dialog.py" />
      <source>The pattern as it would be read</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/import_dialog.py" />
      <source>What would be read</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/import_dialog.py" />
      <source>Read pattern</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/import_dialog.py" />
      <source>Choose a tube, or type a wavelength in Å (1.5406)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/import_dialog.py" />
      <source>&amp;Positions in</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/import_dialog.py" />
      <source>&amp;These are</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/import_dialog.py" />
      <source>&amp;Intensities in</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/import_dialog.py" />
      <source>&amp;Uncertainties in</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/import_dialog.py" />
      <source>&amp;Lines to skip</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/import_dialog.py" />
      <source>&amp;Decimal mark</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/import_dialog.py" />
      <source>nowhere: from the counts</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/import_dialog.py" />
      <source>{0} points, 2θ {1:.4g}° to {2:.4g}°, {3}{4}.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/import_dialog.py" />
      <source>column {}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/import_dialog.py" />
      <source>column {}, as weights 1/σ²</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/import_dialog.py" />
      <source>column {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/level_row.py" />
      <source>Another colour for this surface</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/level_row.py" />
      <source>{0}, as a number</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/level_row.py" />
      <source>Colour of {0}{1}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/level_row.py" />
      <source>{0}; type it, or use the arrow keys</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/level_row.py" />
      <source>Density on the surface</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/level_row.py" />
      <source>Density on the surface, in standard deviations of the map</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/level_row.py" />
      <source>Electrons of one cell inside the surface</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/message_bar.py" />
      <source>Warning</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/message_bar.py" />
      <source>Problem</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/message_bar.py" />
      <source>Dismiss</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/message_bar.py" />
      <source>Dismiss message</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/overlay_options.py" />
      <source>None yet: add measured patterns, or a structure (CIF), which is simulated</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/overlay_options.py" />
      <source>Add…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/overlay_options.py" />
      <source>Add patterns</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/overlay_options.py" />
      <source>Draw other patterns for comparison (Ctrl+Shift+A)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/overlay_options.py" />
      <source>Offset of stacked patterns</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/overlay_options.py" />
      <source>How far each stands above the one before (Shift + wheel)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/overlay_options.py" />
      <source>Same height</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/overlay_options.py" />
      <source>Scale all to the height of the pattern that is solved</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/overlay_options.py" />
      <source>Offset</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/overlay_options.py" />
      <source>Show or hide {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/overlay_options.py" />
      <source>Show {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/overlay_options.py" />
      <source>Remove {0} from the comparison</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_options.py" />
      <source>Automatic</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_options.py" />
      <source>Estimated, then settled together with the peaks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_options.py" />
      <source>Smoothed where the pattern shows it; peaks are fitted on it as it is</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_options.py" />
      <source>What peak clipping leaves; peaks are fitted on it as it is</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_options.py" />
      <source>Curve by hand</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_options.py" />
      <source>A smooth curve through anchors that you place</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_options.py" />
      <source>Polynomial</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_options.py" />
      <source>A polynomial fitted to anchors that you place</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_options.py" />
      <source>Excluded regions of 2θ, degrees</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_options.py" />
      <source>Excluded regions of 2θ in degrees, for example 25-27, 40.2-41</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_options.py" />
      <source>Use all</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_options.py" />
      <source>Peaks changed by hand</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_options.py" />
      <source>Search again</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_options.py" />
      <source>Bring back the peaks of the automatic search</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_options.py" />
      <source>{0} peaks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_options.py" />
      <source>Degree of the polynomial</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_options.py" />
      <source>Degree of the polynomial, lower where there are fewer anchors</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_options.py" />
      <source>Place anew</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_options.py" />
      <source>Put the anchors back on the background that they draw, evenly</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_options.py" />
      <source>Drag anchors; click to add, double click to remove</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_options.py" />
      <source>Drag to leave out, double click to take back</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_options.py" />
      <source>Click to add a peak; click on a mark to remove it</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_options.py" />
      <source>degree {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_panel.py" />
      <source>Drop a powder pattern here</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_panel.py" />
      <source>Then tick the elements in the sample, and solve. Text columns, XRDML, GSAS, Bruker RAW, CIF and others are recognised by content.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_panel.py" />
      <source>Open a file…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_panel.py" />
      <source>Open an example</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_panel.py" />
      <source>Cursor read-out</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_panel.py" />
      <source>Diffraction pattern</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_panel.py" />
      <source>hkl {0}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_panel.py" />
      <source>Scattering angle (Ctrl+1)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_panel.py" />
      <source>Lattice spacing (Ctrl+2)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_panel.py" />
      <source>Scattering vector (Ctrl+3)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_panel.py" />
      <source>Intensity (Ctrl+4)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_panel.py" />
      <source>Square root of intensity (Ctrl+5)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_panel.py" />
      <source>log I</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_panel.py" />
      <source>Logarithm of intensity (Ctrl+6)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_plot.py" />
      <source>Powder pattern</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_plot.py" />
      <source>Intensity (√)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_plot.py" />
      <source>Intensity (log)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_plot.py" />
      <source>Obs − calc</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_plot.py" />
      <source>Observed</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_plot.py" />
      <source>Calculated</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_tools.py" />
      <source>Exclude</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_tools.py" />
      <source>Regions that no search and no fit sees (Ctrl+7)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_tools.py" />
      <source>Add and remove peaks of the list (Ctrl+8)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_tools.py" />
      <source>Where the background comes from, and its anchors (Ctrl+9)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_tools.py" />
      <source>Other patterns, one over the other or stacked (Ctrl+Shift+K)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_tools.py" />
      <source>Tools</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/pattern_tools.py" />
      <source>Excluded regions (Ctrl+7), peaks by hand (Ctrl+8), background (Ctrl+9)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/peak_table.py" />
      <source>Put by hand</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/peak_table.py" />
      <source>Indices of the calculated reflection, the strongest of those that overlap</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/peak_table.py" />
      <source>Fitted position, degrees</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/peak_table.py" />
      <source>Position of the reflection, degrees</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/peak_table.py" />
      <source>Observed minus calculated, degrees</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/peak_table.py" />
      <source>Angstrom</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/peak_table.py" />
      <source>Integrated intensity, the strongest peak 100</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/peak_table.py" />
      <source>Integrated intensity, on the same scale</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/peak_table.py" />
      <source>Observed minus calculated</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/peak_table.py" />
      <source>{0:.1f} % of the intensity explained</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/peak_table.py" />
      <source>Fitted peaks; a candidate's reflections will stand beside them.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/periodic_table.py" />
      <source>Periodic table</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/plot_export.py" />
      <source>PNG (*.png);;SVG (*.svg);;PDF (*.pdf);;Table of what is in view (*.csv)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/plot_export.py" />
      <source>'{0}' cannot be written: choose one of {1}.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/radiation_bar.py" />
      <source>from the file</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/radiation_bar.py" />
      <source>The wavelength is written in the file.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/radiation_bar.py" />
      <source>The wavelength was chosen from the list.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/radiation_bar.py" />
      <source>The wavelength was typed in.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/radiation_bar.py" />
      <source>The file names no wavelength. A wrong one gives wrong cells: choose or type the right one.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/radiation_bar.py" />
      <source>Wavelength</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/radiation_bar.py" />
      <source>Choose a tube, or type a wavelength in angstrom (1.5406) or a doublet (1.54056, 1.54439)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/radiation_bar.py" />
      <source>{0} Å. Choose a tube, or type a wavelength in Å.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/range_bar.py" />
      <source>Merged to one</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/range_bar.py" />
      <source>Join all; counts are scaled to the longest counting time</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/range_bar.py" />
      <source>Added up</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/range_bar.py" />
      <source>Add repeated scans point by point</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/range_bar.py" />
      <source>{0}: {1:.4g} to {2:.4g}{3}, {4} points{5}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/range_bar.py" />
      <source>Ranges</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/range_bar.py" />
      <source>Ranges of the file</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/range_bar.py" />
      <source>As the file suggests ({0} ranges)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Scale</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Of the calculated pattern</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Chebyshev terms added to the estimated background</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Air scatter</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>A term A/2θ beside the polynomial</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Diffuse humps</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Broad peaks of what is amorphous, part of the background</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Zero error</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>All lines moved by the same angle</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Displacement</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Sample above or below the axis; goes as cos θ</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Cell</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Free cell parameters</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Line widths</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>W, V, U of the instrument, X and Y of the sample</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Widths by direction</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>X and Y of their own for every free direction</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Asymmetry</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Axial divergence</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Foreign lines</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Kβ, tungsten and whatever no phase has, with areas of their own</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>One displacement parameter for all atoms</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>B of elements</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>A displacement parameter for every element</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Coordinates</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Those that the space group leaves free</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Texture</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>March and Dollase, along one axis</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Occupancies</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Of every independent site</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>undetermined</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Refine further</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Refine</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>&amp;Automatic: what the pattern pays for</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>&amp;Only what is ticked</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>searched for</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>as the pattern says</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>2θ of a crystal monochromator; graphite with Cu Kα 26.6°</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>none; for example 25-27, 40.2-41</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Regions of 2θ that the fit does not see</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>2θ of diffuse humps in degrees, for example 22.5, 45</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>&amp;Robust weights</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>What lies above the fit pulls less, so that impurities do not mislead it</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>To&amp;gether with</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>&amp;Background terms</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>&amp;Humps near 2θ</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>&amp;Texture axis h k l</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Excluded in plot</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>&amp;Excluded regions</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Residuals</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Refined parameters with standard uncertainties</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>free intensities {0} %</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>GoF {0}{1:.2f}</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Phases: {0}.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Texture along {0}.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Parameter</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Value</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>Unit</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>{0} are correlated by {1:+.2f}.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_dialog.py" />
      <source>weight fraction</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_regions.py" />
      <source>Excluded regions of the pattern</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/refine_regions.py" />
      <source>Excluded in the pattern; take a tick away to refine against that region as well</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/sample_panel.py" />
      <source>{0} points, {1:.4g}° to {2:.4g}°, step {3:.4g}°</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/sample_panel.py" />
      <source>Ready to solve</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/sample_panel.py" />
      <source>Open…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/sample_panel.py" />
      <source>, {0} peaks</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/sample_panel.py" />
      <source>Recent</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/sample_panel.py" />
      <source>Elements of former searches</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/sample_panel.py" />
      <source>Elements or formula</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/sample_panel.py" />
      <source>Hints on the elements</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/sample_panel.py" />
      <source>Composition fixed: {0} ({1} at%)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/sample_panel.py" />
      <source>Find and refine structures for pattern and elements (Ctrl+R)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/sample_panel.py" />
      <source>Electron density by the network, from pattern and elements alone (Ctrl+D)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/sample_panel.py" />
      <source>Stop (Esc)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/sample_panel.py" />
      <source>Ask every source of candidates; pressed again, also larger cells and other random numbers (Ctrl+Shift+F)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/sample_panel.py" />
      <source>First open a pattern</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/sample_panel.py" />
      <source>Next: tick the elements in the sample</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/sample_panel.py" />
      <source>No pattern yet</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/sample_panel.py" />
      <source>Drop a file anywhere on this window.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/sample_panel.py" />
      <source>Elements in the sample</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/sample_panel.py" />
      <source>Nothing ticked yet</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/save_dialog.py" />
      <source>'{0}' exists already. Replace it?</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/save_dialog.py" />
      <source>It is in {0}. What it holds would be lost.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/save_dialog.py" />
      <source>Replace</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/section_view.py" />
      <source>Section through the density</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/section_view.py" />
      <source>along [{0}] (Å)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/section_view.py" />
      <source>({0}), {1:.3f} Å of d = {2:.3f} Å from the origin; contours {3}{4:.2f} to {5:.2f} e/Å³, each twice the one before</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/turn_dialog.py" />
      <source>Animated GIF, 255 colours (*.gif);;Animated PNG, all colours (*.apng);;A PNG for every picture (*.png)</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/turn_dialog.py" />
      <source>Save a turn of the density</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/turn_dialog.py" />
      <source>One turn about the axis that stands upright, with the levels, atoms and colours that are shown.</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/turn_dialog.py" />
      <source>More are smoother, and make a larger file</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/turn_dialog.py" />
      <source>That one turn takes</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/turn_dialog.py" />
      <source>Of every picture; the height follows from the view</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/turn_dialog.py" />
      <source>&amp;Pictures in a turn</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/turn_dialog.py" />
      <source>&amp;Duration</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/turn_dialog.py" />
      <source>&amp;Width</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/views/turn_dialog.py" />
      <source>Save…</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Hydrogen</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Helium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Lithium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Beryllium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Boron</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Carbon</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Nitrogen</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Oxygen</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Fluorine</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Neon</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Sodium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Magnesium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Aluminium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Silicon</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Phosphorus</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Sulfur</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Chlorine</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Argon</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Potassium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Calcium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Scandium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Titanium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Vanadium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Chromium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Manganese</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Iron</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Cobalt</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Nickel</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Copper</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Zinc</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Gallium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Germanium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Arsenic</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Selenium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Bromine</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Krypton</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Rubidium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Strontium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Yttrium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Zirconium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Niobium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Molybdenum</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Technetium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Ruthenium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Rhodium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Palladium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Silver</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Cadmium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Indium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Tin</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Antimony</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Tellurium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Iodine</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Xenon</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Caesium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Barium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Lanthanum</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Cerium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Praseodymium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Neodymium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Promethium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Samarium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Europium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Gadolinium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Terbium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Dysprosium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Holmium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Erbium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Thulium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Ytterbium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Lutetium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Hafnium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Tantalum</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Tungsten</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Rhenium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Osmium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Iridium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Platinum</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Gold</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Mercury</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Thallium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Lead</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Bismuth</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Polonium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Astatine</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Radon</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Francium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Radium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Actinium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Thorium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Protactinium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Uranium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Neptunium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Plutonium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Americium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Curium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Berkelium</source>
      <translation type="unfinished" />
    </message>
    <message>
      <location filename="app/state/periodic_table.py" />
      <source>Californium</source>
      <translation type="unfinished" />
    </message>
  </context>
</TS>
