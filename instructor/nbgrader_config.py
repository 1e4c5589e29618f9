"""nbgrader's configuration; copy it to the folder of your course, beside ``source/``."""

c = get_config()  # nbgrader defines it

c.CourseDirectory.course_id = "memory-lab"

# Seconds: some cells train, and nbgrader's default is 30. It is for all cells of a notebook together.
c.Execute.timeout = 600

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

# One student's odd file, such as a copied self-check or a renamed notebook, would stop the grading of
# the whole class or cost that student all points. These steps mend it, and list it in odd_files.txt.
c.Autograde.pre_convert_hook = "memorylab_course.grading.recognise"
c.Autograde.sanitize_preprocessors = [
    "memorylab_course.grading.mend_submission",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# nbgrader's own list, but for a first step that runs a submission in a copy of its folder and stops what
# never ends.
c.Autograde.autograde_preprocessors = [
    "memorylab_course.grading.ExecuteWithLimits",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
