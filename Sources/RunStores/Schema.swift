import GRDB

/// The tables, and the views over them that stay as they are.
///
/// Tables end in `Row` and may change with `version`; what others read are the views.
enum Schema {
  /// `PRAGMA user_version`: grows with every change that a reader must know of.
  static let version = 1
  /// `PRAGMA application_id`, "ELXR".
  static let application = 0x454C_5852

  /// Makes what is missing.
  static func make(_ database: Database) throws {
    try database.execute(sql: tables + views)
    try database.execute(
      sql: "PRAGMA application_id = \(application); PRAGMA user_version = \(version);")
  }

  private static let tables = """
    CREATE TABLE IF NOT EXISTS processRow (
      process INTEGER PRIMARY KEY, startedAt TEXT NOT NULL, endedAt TEXT, outcome TEXT,
      text TEXT, commandLine TEXT NOT NULL, version TEXT NOT NULL, machine TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS factRow (
      kind TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
      PRIMARY KEY (kind, name)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS phaseRow (
      process INTEGER NOT NULL REFERENCES processRow, place INTEGER NOT NULL,
      name TEXT NOT NULL, seconds REAL NOT NULL, PRIMARY KEY (process, name)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS eventRow (
      event INTEGER PRIMARY KEY, process INTEGER NOT NULL REFERENCES processRow,
      at TEXT NOT NULL, kind TEXT NOT NULL, phase TEXT, text TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS classRow (label INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS sampleRow (
      sample INTEGER PRIMARY KEY, name TEXT NOT NULL, oldLabel INTEGER NOT NULL,
      newLabel INTEGER NOT NULL, purifiedName TEXT, verdict TEXT, evidence TEXT,
      candidateLabels TEXT, doubt REAL, candidate INTEGER, distance REAL,
      pixelsChanged INTEGER NOT NULL, greatestChange INTEGER NOT NULL, meanChange REAL NOT NULL);
    CREATE INDEX IF NOT EXISTS sampleByLabel ON sampleRow (oldLabel, sample);
    CREATE INDEX IF NOT EXISTS sampleByDoubt ON sampleRow (doubt DESC, sample);
    CREATE TABLE IF NOT EXISTS scoreRow (
      detector TEXT NOT NULL, sample INTEGER NOT NULL, score REAL, isFlagged INTEGER NOT NULL,
      isTrusted INTEGER NOT NULL, PRIMARY KEY (sample, detector)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS targetRow (
      label INTEGER NOT NULL, source TEXT NOT NULL, isSuspicious INTEGER NOT NULL,
      reason TEXT NOT NULL, figures TEXT NOT NULL, PRIMARY KEY (label, source)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS decisionRow (
      decision INTEGER PRIMARY KEY AUTOINCREMENT, step INTEGER NOT NULL,
      sample INTEGER NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('accept', 'reject', 'relabel')),
      label INTEGER CHECK ((label IS NULL) = (kind <> 'relabel')), decidedAt TEXT NOT NULL,
      undoneAt TEXT);
    CREATE INDEX IF NOT EXISTS decisionBySample ON decisionRow (sample, decision);

    """

  private static let views = """
    CREATE VIEW IF NOT EXISTS processes AS
      SELECT process, startedAt, endedAt, outcome, text, commandLine, version, machine
      FROM processRow;
    CREATE VIEW IF NOT EXISTS facts AS SELECT kind, name, value FROM factRow;
    CREATE VIEW IF NOT EXISTS phases AS
      SELECT name, sum(seconds) AS seconds, count(*) AS processes
      FROM phaseRow GROUP BY name ORDER BY min(process), min(place);
    CREATE VIEW IF NOT EXISTS events AS
      SELECT event, process, at, kind, phase, text FROM eventRow;
    CREATE VIEW IF NOT EXISTS classes AS SELECT label, name FROM classRow;
    CREATE VIEW IF NOT EXISTS samples AS
      SELECT sample, name, oldLabel, newLabel, purifiedName, verdict, evidence, candidateLabels,
        doubt, candidate, distance, pixelsChanged, greatestChange, meanChange FROM sampleRow;
    CREATE VIEW IF NOT EXISTS scores AS
      SELECT sample, detector, score, isFlagged, isTrusted FROM scoreRow;
    CREATE VIEW IF NOT EXISTS targets AS
      SELECT label, classRow.name AS name, source, isSuspicious, reason, figures
      FROM targetRow LEFT JOIN classRow USING (label);
    CREATE VIEW IF NOT EXISTS decisions AS
      SELECT decision, step, sample, sampleRow.name AS name, kind, label, decidedAt, undoneAt
      FROM decisionRow LEFT JOIN sampleRow USING (sample);
    CREATE VIEW IF NOT EXISTS standingDecisions AS
      SELECT decision, step, sample, name, kind, label, decidedAt FROM decisions
      WHERE decision IN (
        SELECT max(decision) FROM decisionRow WHERE undoneAt IS NULL GROUP BY sample);
    """
}
