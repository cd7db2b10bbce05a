import { sql } from 'kysely';
import type { Db } from '../db/open.ts';

/**
 * The departments that people are in, each once. The index is walked from one name to the next, so that it costs as many steps as there
 * are departments, however many people are in them.
 */
export async function listDepartments(db: Db, limit: number): Promise<string[]> {
  const { rows } = await sql<{ department: string }>`
    with recursive walk (department) as (
      select (select min(department) from users where department > '')
      union all
      select (select min(department) from users where department > walk.department) from walk where walk.department is not null
    )
    select department from walk where department is not null limit ${limit}
  `.execute(db);
  return rows.map((row) => row.department);
}
