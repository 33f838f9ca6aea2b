import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import type { Database } from './database.ts';

const folder = new URL('./migrations/', import.meta.url);

/**
 * Applies the SQL files of `migrations/` that are missing, in the order of their names, each in a transaction of its own.
 * Safe to call from any number of nodes at once. Files go forward only: one that changed after it was applied is refused.
 *
 * @returns the names applied now
 */
export async function migrate(database: Database, clock: Clock): Promise<string[]> {
  const files = await migrationFiles();
  return database.exclusively(async (session) => {
    await session.execute(
      'create table if not exists aldaba_migration (name text primary key, sha256 text not null, applied_at timestamptz not null)',
    );
    const known = new Map(
      (await session.query('select name, sha256 from aldaba_migration', [])).map((row) => [
        row.name,
        row.sha256,
      ]),
    );
    const applied: string[] = [];
    for (const file of files) {
      const before = known.get(file.name);
      if (before === file.sha256) continue;
      if (before !== undefined) throw new Error(`migration ${file.name} changed after it was applied`);
      await session.execute('begin');
      try {
        await session.execute(file.text);
        await session.query('insert into aldaba_migration (name, sha256, applied_at) values ($1, $2, $3)', [
          file.name,
          file.sha256,
          new Date(clock.now()),
        ]);
        await session.execute('commit');
      } catch (error) {
        await session.execute('rollback');
        throw new Error(`migration ${file.name} failed`, { cause: error });
      }
      applied.push(file.name);
    }
    return applied;
  });
}

/** True when every migration of this version is applied: what `/ready` asks. */
export async function isMigrated(database: Database): Promise<boolean> {
  const names = await migrationNames();
  const result = await database.queries.execute('select name from aldaba_migration');
  const known = new Set((result as { rows: { name: string }[] }).rows.map((row) => row.name));
  return names.every((name) => known.has(name));
}

async function migrationNames(): Promise<string[]> {
  return (await readdir(folder)).filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name)).sort();
}

async function migrationFiles(): Promise<{ name: string; text: string; sha256: string }[]> {
  return Promise.all(
    (await migrationNames()).map(async (name) => {
      const text = await readFile(new URL(name, folder), 'utf8');
      return { name, text, sha256: createHash('sha256').update(text).digest('hex') };
    }),
  );
}
