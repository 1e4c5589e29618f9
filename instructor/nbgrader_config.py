"""nbgrader's configuration; copy it to the folder of your course, beside ``source/``."""

c = get_config()  # nbgrader defines it

c.CourseDirectory.course_id = "memory-lab"
c.Execute.timeout = 600  # seconds a cell: some cells train, and nbgrader's default is 30

# nbgrader's own list without ClearOutput: `make student` has already cleared what students should
# find out themselves, and the other figures should stay.
c.GenerateAssignment.preprocessors = [
    f"nbgrader.preprocessors.{name}"
    for name in (
        "IncludeHeaderFooter",
        "InstantiateTests",
        "LockCells",
        "ClearSolutions",
        "CheckCellMetadata",
        "ComputeChecksums",
        "SaveCells",
        "ClearHiddenTests",
        "ClearMarkScheme",
        "ComputeChecksums",
        "CheckCellMetadata",
    )
]
