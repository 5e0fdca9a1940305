/**
 * Alert rules for Prometheus (deploy/monitoring/rules): a file for what either side can have, for gateways, for their devices, and
 * for clouds. Here the shape of a rule, and its text.
 *
 * Scrapes have the jobs `harbinger-gateway` and `harbinger-cloud`; a label `job` of the product's own is `exported_job` there.
 */

export interface AlertRule {
  /** The name of the alert: `Harbinger` and what is wrong. */
  name: string;
  /** PromQL, which has a sample for each that is wrong. */
  expr: string;
  /** How long that must have lasted; at once if absent. */
  for?: string;
  severity: 'critical' | 'warning';
  /** A sentence that says what is wrong; `{{ $labels.x }}` is the label `x` of the sample. */
  summary: string;
  /** Sentences that say what to do. */
  toDo: string;
}

export interface RuleGroup {
  name: string;
  rules: readonly AlertRule[];
}

const head = `# Alert rules for Prometheus, written by: harbinger monitoring
# deploy/docs/monitoring.md says how they are used. The jobs of the scrapes must be harbinger-gateway and harbinger-cloud.
`;

/** The file of rules. Texts are quoted as in JSON, which is YAML. */
export function rulesFile(groups: readonly RuleGroup[]): string {
  return `${head}groups:\n${groups.map(groupText).join('')}`;
}

function groupText({ name, rules }: RuleGroup): string {
  return `  - name: ${name}\n    rules:\n${rules.map(ruleText).join('')}`;
}

function ruleText(rule: AlertRule): string {
  const lines = [
    `- alert: ${rule.name}`,
    `  expr: ${JSON.stringify(rule.expr)}`,
    ...(rule.for === undefined ? [] : [`  for: ${rule.for}`]),
    `  labels: { severity: ${rule.severity} }`,
    '  annotations:',
    `    summary: ${JSON.stringify(rule.summary)}`,
    `    description: ${JSON.stringify(rule.toDo)}`,
  ];
  return lines.map((line) => `      ${line}\n`).join('');
}
