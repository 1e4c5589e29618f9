"""What nbgrader has to know; belongs into the folder of your course, beside ``source/``."""

c = get_config()  # nbgrader defines it

c.CourseDirectory.course_id = "memory-lab"
c.Execute.timeout = 600  # seconds that one cell may take: some train; nbgrader's default is 30

# nbgrader's own list without ClearOutput: `make student` has cleared what students are to find out
# themselves, and the figures elsewhere are there to be read.
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
