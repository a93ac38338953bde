import { TypeOverrides } from 'pg';

/** PostgreSQL's numbers of its types BIGINT and JSON (its catalog `pg_type`). */
const bigint = 20;
const json = 114;

/** As tables read them: big numbers as numbers, JSON as the text it is. All else the driver's way. */
export function readers(): TypeOverrides {
  const types = new TypeOverrides();
  types.setTypeParser(bigint, Number);
  types.setTypeParser(json, String);
  return types;
}
