import GRDB

/// The numbered changes that make the history's tables; none is ever edited once it is released.
enum Schema {
  /// In the file's header: a history of ours, and no other program's database.
  static let applicationID: UInt32 = 0x464C_544E

  /// One step of the schema.
  struct Migration: Sendable {
    let name: String
    let sql: String
  }

  static let migrations = [Migration(name: "1", sql: first)]

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    for migration in migrations {
      migrator.registerMigration(migration.name, foreignKeyChecks: .immediate) { database in
        try database.execute(sql: migration.sql)
      }
    }
    return migrator
  }

  /// The words of a column stand in a chain of OR: for IN, SQLite makes and drops a table with each row.
  ///
  /// Text of guests and files is a BLOB: TEXT ends at the first NUL for SQLite's own functions and for its users.
  private static let first = """
    CREATE TABLE run (
      id INTEGER PRIMARY KEY,
      name BLOB NOT NULL UNIQUE CHECK (length(name) > 0),
      digest INTEGER NOT NULL,
      started BLOB,
      started_ms INTEGER,
      elapsed_ms INTEGER,
      seed INTEGER,
      imported_ms INTEGER NOT NULL,
      results INTEGER NOT NULL CHECK (results >= 0),
      red INTEGER NOT NULL CHECK (red BETWEEN 0 AND results)
    ) STRICT;

    CREATE TABLE target (
      id INTEGER PRIMARY KEY,
      run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
      position INTEGER NOT NULL,
      kernel BLOB NOT NULL,
      machine BLOB NOT NULL,
      UNIQUE (run, kernel, machine)
    ) STRICT;

    CREATE INDEX target_by_kernel ON target (kernel, run);

    CREATE TABLE guest (
      target INTEGER NOT NULL REFERENCES target ON DELETE CASCADE,
      position INTEGER NOT NULL,
      release BLOB,
      accelerator TEXT NOT NULL CHECK (accelerator IN ('kvm', 'tcg')),
      accelerator_reason BLOB NOT NULL,
      boot_ms INTEGER,
      facts BLOB NOT NULL,
      PRIMARY KEY (target, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE test_case (
      id INTEGER PRIMARY KEY,
      suite BLOB NOT NULL,
      name BLOB NOT NULL,
      UNIQUE (name, suite)
    ) STRICT;

    CREATE TABLE detail (
      id INTEGER PRIMARY KEY,
      hash INTEGER NOT NULL,
      kind TEXT CHECK (
        kind = 'feature' OR kind = 'config' OR kind = 'resource' OR kind = 'privilege' OR
        kind = 'other' OR kind = 'unexercised' OR kind = 'failed' OR kind = 'test' OR
        kind = 'unreported' OR kind = 'unplanned' OR kind = 'protocol' OR kind = 'splat' OR
        kind = 'panic' OR kind = 'deadline' OR kind = 'vanished' OR kind = 'boot' OR
        kind = 'guest-gone' OR kind = 'enough' OR kind = 'interrupted' OR kind = 'host'),
      reason BLOB CHECK ((reason IS NULL) = (kind IS NULL)),
      expected BLOB,
      seen BLOB,
      evidence BLOB,
      steps BLOB
    ) STRICT;

    CREATE INDEX detail_by_hash ON detail (hash);

    CREATE TABLE result (
      target INTEGER NOT NULL REFERENCES target ON DELETE CASCADE,
      test_case INTEGER NOT NULL REFERENCES test_case,
      repetition INTEGER NOT NULL CHECK (repetition >= 1),
      position INTEGER NOT NULL CHECK (position >= 0),
      verdict TEXT NOT NULL CHECK (
        verdict = 'pass' OR verdict = 'fail' OR verdict = 'skip' OR
        verdict = 'unexercised' OR verdict = 'error' OR verdict = 'crash' OR
        verdict = 'hang' OR verdict = 'lost' OR verdict = 'missing'),
      duration_ms INTEGER CHECK (duration_ms >= 0),
      known_issue BLOB,
      detail INTEGER REFERENCES detail,
      PRIMARY KEY (target, test_case, repetition)
    ) STRICT, WITHOUT ROWID;

    CREATE INDEX result_by_case ON result (test_case, target);
    CREATE INDEX result_by_detail ON result (detail) WHERE detail IS NOT NULL;

    CREATE TABLE splat (
      target INTEGER NOT NULL,
      test_case INTEGER NOT NULL,
      repetition INTEGER NOT NULL,
      position INTEGER NOT NULL,
      kind TEXT NOT NULL,
      title BLOB NOT NULL,
      fingerprint BLOB NOT NULL,
      text BLOB NOT NULL,
      fatal INTEGER NOT NULL CHECK (fatal IN (0, 1)),
      count INTEGER NOT NULL CHECK (count >= 1),
      frames BLOB,
      PRIMARY KEY (target, test_case, repetition, position),
      FOREIGN KEY (target, test_case, repetition)
        REFERENCES result (target, test_case, repetition) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;
    """
}
