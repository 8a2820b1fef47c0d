// Pages of charging sessions by keyset, as a careful hand would write them: prepared statements, a pool, the next key in a header.
// /objects: rows become objects and are serialised, as most servers do. /text: documents pass as text, as the fastest would.
// PGHOST and its like say where the rows are. Prints the port once it listens.
import Fastify from 'fastify';
import pg from 'pg';

const pool = new pg.Pool({ max: 8 });
const app = Fastify();

const page = (document) => `
  SELECT ${document} AS document, a.borough_gss, a.ward_gss, a.lsoa21, c.power_band,
    to_char(r.plug_in_at AT TIME ZONE 'Europe/London', 'YYYY-MM-DD"T"HH24:MI:SS') AS started_local,
    r.operator_id, r.session_id, to_char(r.plug_in_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS plug_in_at
  FROM charging_session r
  LEFT JOIN charge_point_area a ON a.operator_id = r.operator_id AND a.charge_point_id = r.charge_point_id
  LEFT JOIN charge_point c ON c.operator_id = r.operator_id AND c.charge_point_id = r.charge_point_id
  WHERE r.plug_in_at >= $1 AND r.plug_in_at < $2 AND c.published IS NOT FALSE
    AND (r.plug_in_at, r.operator_id, r.session_id) > ($3::timestamptz, $4, $5)
  ORDER BY r.plug_in_at, r.operator_id, r.session_id LIMIT $6`;

function answer(path, document, write) {
  app.get(path, async (request, reply) => {
    const { from, to, after, limit } = request.query;
    const key = after ? JSON.parse(Buffer.from(after, 'base64url').toString()) : ['-infinity', '', ''];
    const { rows } = await pool.query({ name: path, text: page(document), values: [from, to, ...key, Number(limit)] });
    const last = rows.at(-1);
    const next = rows.length === Number(limit) ? Buffer.from(JSON.stringify([last.plug_in_at, last.operator_id, last.session_id])).toString('base64url') : null;
    if (next) reply.header('x-next', next);
    reply.type('application/json');
    return write(rows, next);
  });
}

answer('/objects', 'r.document', (rows, next) => ({
  data: rows.map(({ document, borough_gss, ward_gss, lsoa21, power_band, started_local }) => ({ ...document, borough_gss, ward_gss, lsoa21, power_band, started_local })),
  next_cursor: next,
}));

answer('/text', 'r.document::text', (rows, next) => {
  const records = rows.map((r) => `${r.document.slice(0, -1)},"borough_gss":${JSON.stringify(r.borough_gss)},"ward_gss":${JSON.stringify(r.ward_gss)},"lsoa21":${JSON.stringify(r.lsoa21)},`
    + `"power_band":${JSON.stringify(r.power_band)},"started_local":"${r.started_local}"}`);
  return `{"data":[${records.join(',')}],"next_cursor":${JSON.stringify(next)}}`;
});

await app.listen({ host: '127.0.0.1', port: 0 });
console.log(app.server.address().port);
