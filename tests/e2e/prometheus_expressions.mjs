// Asks a running Prometheus every expression of the dashboard and of its rules:
// node prometheus_expressions.mjs URL_OF_PROMETHEUS DASHBOARD METRICS
import { readFileSync } from 'node:fs';

const [url, dashboardPath, metricsPath] = process.argv.slice(2);

const mistakes = [];
const mistake = (text) => mistakes.push(text);

async function ask(path, parameters = {}) {
    const answer = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    return answer.json();
}

/** As Grafana would, for all nodes. */
function filled(expression) {
    return expression.replaceAll('$__rate_interval', '15s').replaceAll('$instance', '.*');
}

async function judge(name, expression, needsValues) {
    const answer = await ask('query', { query: filled(expression) });
    if (answer.status !== 'success') return mistake(`${name}: ${answer.error}\n    ${expression}`);
    const warnings = answer.warnings ?? [];
    if (warnings.length > 0) mistake(`${name}: ${warnings.join(', ')}`);
    const values = answer.data.result.map((row) => Number(row.value[1]));
    if (!needsValues) return;
    if (values.length === 0) mistake(`${name} has no data\n    ${expression}`);
    if (!values.some(Number.isFinite)) mistake(`${name} has no number, but ${values}\n    ${expression}`);
}

async function untilRulesAreEvaluated() {
    for (let i = 0; i < 100; ++i) {
        const { data } = await ask('rules');
        const rules = (data?.groups ?? []).flatMap((group) => group.rules);
        if (rules.length > 0 && rules.every((rule) => rule.health !== 'unknown')) return rules;
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('Prometheus has not evaluated its rules');
}

const rules = await untilRulesAreEvaluated();
for (const rule of rules) {
    if (rule.health !== 'ok') mistake(`rule ${rule.name}: ${rule.lastError}`);
    await judge(`rule ${rule.name}`, rule.query, rule.type === 'recording');
    if (rule.type !== 'alerting') continue;
    for (const annotation of ['summary', 'description', 'runbook']) {
        if (!rule.annotations[annotation]) mistake(`rule ${rule.name} has no ${annotation}`);
    }
}

const dashboard = JSON.parse(readFileSync(dashboardPath, 'utf8'));
const panels = dashboard.panels.filter((panel) => panel.type !== 'row');
for (const panel of panels) {
    for (const target of panel.targets) await judge(`panel ${panel.title} (${target.refId})`, target.expr, true);
}

// An expression over a metric that there is not is right and empty for ever: a threshold hides that.
const families = new Set([...readFileSync(metricsPath, 'utf8').matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]));
const expressions = [...rules.map((rule) => rule.query), ...panels.flatMap((panel) => panel.targets.map((t) => t.expr))];
const used = new Set(expressions.flatMap((text) => text.match(/\bweir_[a-z0-9_]+/g) ?? []));
for (const name of used) {
    const family = name.replace(/_(bucket|sum|count)$/, '');
    if (!families.has(name) && !families.has(family)) mistake(`no metric is called ${name}`);
}
const recorded = new Set(rules.filter((rule) => rule.type === 'recording').map((rule) => rule.name));
for (const name of new Set(expressions.flatMap((text) => text.match(/\bweir:[a-z0-9_:]+/g) ?? []))) {
    if (!recorded.has(name)) mistake(`no rule records ${name}`);
}

const targets = (await ask('targets')).data.activeTargets;
for (const target of targets) {
    if (target.health !== 'up') mistake(`target ${target.scrapeUrl}: ${target.lastError}`);
}

if (mistakes.length > 0) {
    console.error(mistakes.join('\n'));
    process.exit(1);
}
console.log(`${rules.length} rules, ${panels.length} panels, ${used.size} metrics: right, and with data`);
