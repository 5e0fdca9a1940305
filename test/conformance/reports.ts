/**
 * Conformance suites (test/conformance): what every implementation of a seam must do, run for each of them. Each seam
 * has a folder with its suite; here is what several of them share. A suite knows the interface and no implementation.
 *
 * The rules for reports that every part must keep, whatever its seam.
 */
import { Registry } from 'prom-client';
import { expect } from 'vitest';
import { schemaProblems } from '../../shared/config/schema/schema-problems.ts';
import { Metrics } from '../../shared/parts/metrics.ts';
import type { AnyPart } from '../../shared/parts/part.ts';
import { readSeam, reporterOfSeam } from '../../shared/parts/seam.ts';
import type { Reporting } from '../../shared/parts/statistics.ts';
import { undeclared } from '../support/scraped-metrics.ts';

/**
 * A running part reports each metric that its kind declares and no other, with the declared labels; shows a status as
 * declared; and all of it can be sent between threads.
 */
export async function expectDeclaredReports(part: AnyPart, made: Partial<Reporting>): Promise<void> {
  const reports = structuredClone(readSeam([{ name: part.kind, made }]));
  const reporter = reporterOfSeam({ heading: 'Part', parts: [part] }, () => reports);
  expect(Object.keys(reports.samples).sort()).toEqual(Object.keys(reporter.statistics).sort());
  const text = await new Metrics(() => [reporter], new Registry()).text();
  if (part.statistics) expect(undeclared(text, [reporter])).toEqual([]);
  const shown = part.kind in reports.status;
  if (part.status) expect(schemaProblems(part.status, reports.status[part.kind])).toEqual([]);
  else expect(shown, 'a status is shown that is not declared').toBe(false);
}
