"""The tables of the run store."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
)

METADATA = MetaData()

# One row for each run. ``number`` counts the runs of this store; ``worker`` and ``heartbeat`` say
# who trains it and that they are alive, see core/jobs/lease.py. Times are in UTC, ISO 8601.
# The first argument of a column is its name in the database, which stays as it is for the stores
# that exist; ``key`` is its name in the code.
RUNS = Table(
    "runs",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("named", Boolean, nullable=False, default=False),
    Column("owner", String(64), nullable=False, index=True),
    Column("nickname", String(64), nullable=False, default=""),
    Column("recipe", Text, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("stopping", Boolean, nullable=False, default=False),
    Column("parent", String(32), nullable=True),
    Column("parent_epochs", Integer, nullable=False, default=0),
    Column("created", String(32), nullable=False),
    Column("ended", String(32), nullable=True),
    Column("worker", String(64), nullable=True),
    Column("beat", Integer, key="heartbeat", nullable=False, default=0),
    Column("attempts", Integer, nullable=False, default=0),
    Column("progress", Float, nullable=False, default=0.0),
    Column("epochs_done", Integer, nullable=False, default=0),
    Column("seconds", Float, nullable=False, default=0.0),
    Column("train_accuracy", Float, nullable=True),
    Column("test_accuracy", Float, nullable=True),
    Column("failure", Text, nullable=False, default=""),
    Column("versions", Text, nullable=False, default="{}"),
    Column("has_model", Boolean, nullable=False, default=False),
    Column("note", Text, nullable=False, default="", server_default=""),
    Column("marked", Boolean, key="pinned", nullable=False, default=False, server_default=false()),
    Column("opened", String(32), key="last_accessed", nullable=True),
    Column("place", Integer, key="queue_order", nullable=False, server_default="0"),
    Column("teaching", Text, key="fine_tuning", nullable=True),
    Column("evicted", String(32), nullable=True),
    Column("eviction", Text, nullable=False, default="", server_default=""),
    Column("cookieless", Boolean, nullable=False, default=False, server_default=false()),
    Column("operation", Text, nullable=True),
    Column("control", Text, nullable=True),
    Column("rate_changes", Text, nullable=True),
    Column("test_confusion", Text, nullable=True),
    Column("open_accuracy", Float, nullable=True),
)

# The measurements of `core.history.Epoch`.
EPOCHS = Table(
    "epochs",
    METADATA,
    Column("run_id", String(32), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("loss", Float, nullable=False),
    Column("accuracy", Float, nullable=False),
    Column("val_loss", Float, nullable=True),
    Column("val_accuracy", Float, nullable=True),
    Column("seconds", Float, nullable=False),
)

# Files of a run: ``network`` is a .keras file, ``state`` the last `Checkpoint.state`. A run that
# fine-tunes a network has, until it has ended, that network as ``start``, and the ``drawings``; one
# that pauses has a ``moment``, see `core.steering.moment`.
FILES = Table(
    "files",
    METADATA,
    Column("run_id", String(32), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    # Last, because SQLite reads through a long value to get at what comes after it.
    # MySQL's plain BLOB ends at 64 KB.
    Column("content", LargeBinary(2**32 - 1), nullable=False),
)

# The weights of a run after some of its epochs; see core/store/snapshots.py.
SNAPSHOTS = Table(
    "snapshots",
    METADATA,
    Column("run_id", String(32), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    # Last, as in the table of files.
    Column("content", LargeBinary(2**32 - 1), nullable=False),
)

# What the network of a run answers to each test image, compressed, kept also when the network is not;
# see core/store/test_answers.py.
TEST_ANSWERS = Table(
    "test_answers",
    METADATA,
    Column("run_id", String(32), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

# Drawings that their owner has saved; see core/store/drawings.py. ``strokes`` is JSON, ``image`` 28×28 bytes.
DRAWINGS = Table(
    "drawings",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("label", Integer, nullable=False),
    Column("answer", Integer, nullable=True),
    Column("run_id", String(32), nullable=True),
    Column("created", String(32), nullable=False),
    Column("strokes", Text, nullable=False),
    Column("image", LargeBinary, nullable=False),
    # The id of a drawing that was deleted is not given to another one.
    sqlite_autoincrement=True,
)

# One row for each worker process, as long as it lives; see core/jobs/registry.py.
WORKERS = Table(
    "workers",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("beat", Integer, key="heartbeat", nullable=False),
    Column("started", String(32), nullable=False),
)

# One row: the number of the newest run. Everyone who adds or takes a run changes it first and so
# waits for the others, in every kind of database.
COUNTER = Table("counter", METADATA, Column("number", Integer, nullable=False))

# Browsers whose visitor has said that they are somebody's; every other browser is an owner itself.
# See core/store/owners.py.
BROWSERS = Table(
    "browsers",
    METADATA,
    Column("browser", String(64), primary_key=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("created", String(32), nullable=False),
)

# One row for each class; see core/classroom/. ``token`` is the SHA-256 digest of what is in a
# teacher's personal link, ``board`` a JSON list of what the board shows, ``sealed_at`` and ``unsealed_at``
# when the teacher has sealed half of the test set and opened it, ``target`` the run whose network the
# class tries to fool.
CLASSROOMS = Table(
    "classrooms",
    METADATA,
    Column("code", String(8), primary_key=True),
    Column("token", String(64), nullable=False, unique=True),
    Column("opened_at", String(32), nullable=False),
    Column("ends_at", String(32), nullable=False, index=True),
    Column("closed", Boolean, nullable=False, default=False),
    Column("uploads_paused", Boolean, nullable=False, default=False),
    Column("trainings_paused", Boolean, nullable=False, default=False),
    Column("board", Text, nullable=False),
    # The lesson that the class works on, and the question whose answers the board shows.
    Column("lesson", String(80), nullable=False, default="", server_default=""),
    Column("question", String(16), nullable=False, default="", server_default=""),
    Column("sealed_at", String(32), nullable=True),
    Column("unsealed_at", String(32), nullable=True),
    Column("target", String(32), nullable=False, default="article", server_default="article"),
)

# Who may manage a class. The first is the one who opened it.
CLASSROOM_TEACHERS = Table(
    "classroom_teachers",
    METADATA,
    Column("code", String(8), ForeignKey("classrooms.code", ondelete="CASCADE"), primary_key=True),
    Column("owner", String(64), primary_key=True, index=True),
    Column("first", Boolean, nullable=False),
)

# One row for each student; several where students share a tablet. ``seat`` counts them within the
# class and never changes, so that it also decides for good on which side of a split their drawings are.
CLASSROOM_MEMBERS = Table(
    "classroom_members",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("code", String(8), ForeignKey("classrooms.code", ondelete="CASCADE"), nullable=False, index=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("seat", Integer, nullable=False),
    Column("name", String(64), nullable=False),
    Column("name_hidden", Boolean, nullable=False, default=False),
    Column("joined_at", String(32), nullable=False),
    Column("last_seen", String(32), nullable=False),
    sqlite_autoincrement=True,
)

CLASSROOM_DRAWINGS = Table(
    "classroom_drawings",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("code", String(8), ForeignKey("classrooms.code", ondelete="CASCADE"), nullable=False, index=True),
    Column(
        "member",
        Integer,
        ForeignKey("classroom_members.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("label", Integer, nullable=False),
    Column("hidden", Boolean, nullable=False, default=False),
    Column("created", String(32), nullable=False),
    Column("strokes", Text, nullable=False),
    Column("image", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

# What another member says that a drawing is, without its label; ``digit`` is NULL if they cannot tell.
CLASSROOM_READINGS = Table(
    "classroom_readings",
    METADATA,
    Column("drawing", Integer, ForeignKey("classroom_drawings.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "member",
        Integer,
        ForeignKey("classroom_members.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
    Column("digit", Integer, nullable=True),
)

# Lessons that a teacher has pasted into a class, as Markdown.
CLASSROOM_LESSONS = Table(
    "classroom_lessons",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("code", String(8), ForeignKey("classrooms.code", ondelete="CASCADE"), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("created", String(32), nullable=False),
    sqlite_autoincrement=True,
)

# What somebody has answered in a lesson; see core/lessons/. ``member`` tells students apart who share a
# tablet; it is 0 outside of a class. ``lesson`` is the name of its file, or of one in a class.
LESSON_ANSWERS = Table(
    "lesson_answers",
    METADATA,
    Column("owner", String(64), primary_key=True),
    Column("member", Integer, primary_key=True, autoincrement=False, index=True),
    Column("lesson", String(80), primary_key=True),
    Column("question", String(16), primary_key=True),
    Column("answer", Text, nullable=False),
    Column("changed", String(32), nullable=False, index=True),
)

# The last step of a lesson that somebody has reached.
LESSON_STEPS = Table(
    "lesson_steps",
    METADATA,
    Column("owner", String(64), primary_key=True),
    Column("member", Integer, primary_key=True, autoincrement=False, index=True),
    Column("lesson", String(80), primary_key=True),
    Column("step", Integer, nullable=False),
    Column("changed", String(32), nullable=False, index=True),
)

# Sweeps and experiments that somebody has started; see core/store/series.py. Their runs are found by
# their recipes. ``plan`` is JSON.
SERIES = Table(
    "series",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("kind", String(32), nullable=False),
    Column("plan", Text, nullable=False),
    Column("created", String(32), nullable=False),
)

# Test accuracies of simple classifiers, by the training images that they learned from; see
# core/store/baselines.py.
BASELINES = Table(
    "baselines",
    METADATA,
    Column("selection", String(64), primary_key=True),
    Column("name", String(32), primary_key=True),
    Column("images", Integer, nullable=False),
    Column("accuracy", Float, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("created", String(32), nullable=False),
)
