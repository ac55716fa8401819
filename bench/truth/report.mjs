import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
export function writeReport(report, out) {
    const f = (x, d = 1) => (x === null || x === undefined ? '–' : x.toFixed(d));
    writeFileSync(join(out, 'table.md'), report.results.map((r) => [r.program, r.nodes, r.row, f(r.worst), JSON.stringify(Object.fromEntries(Object.entries(r.worst_percent).map(([k, v]) => [k, +v.toFixed(1)]))), 'sure', f(r.surely_requests_percent), 'dec', f(r.decided_requests_percent), 'use', f(r.usable_share), `sent ${r.sent} rec ${r.received} ref ${r.refused} room ${r.refused_with_room} neither ${r.neither} way ${f(r.longest_way_ms)}`, r.returns ? JSON.stringify(r.returns) : '', JSON.stringify(r.books), JSON.stringify(r.remarks)].join(' | ')).join('\n') + '\n' + JSON.stringify(report.loads, null, 1));
}
