"""The Qt front end: state, jobs and views. No science lives here."""
