/** Every kind of source reports exactly what it declares, once started, and shows its status as its schema says. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRecords } from '../../gateway/journal/records/open-records.ts';
import type { Source, SourceDeps } from '../../gateway/ports/source.ts';
import { sources } from '../../gateway/sources/sources.ts';
import { schemaProblems } from '../../shared/config/schema-problems.ts';
import type { AnyPart } from '../../shared/parts/part.ts';
import { createPart } from '../../shared/parts/registry.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { systemRandom } from '../../shared/runtime/random.ts';
import { expectDeclaredReports } from './reports.ts';

/** The settings with which each kind starts on any computer, and has something to report. */
const settings: Readonly<Record<string, object>> = {
  broker: { port: 0 },
  serial: { ports: [{ path: '/dev/no-such-device', topic: 'telemetry/lab/scale' }] },
};

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'harbinger-source-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

describe.each(sources.map((part: AnyPart) => [part.kind, part] as const))('source %s', (kind, part) => {
  it('reports what it declares', async () => {
    const config = structuredClone(settings[kind] ?? {});
    expect(schemaProblems(part.config, config)).toEqual([]);
    const source = await createPart<SourceDeps, Source>(
      sources,
      { kind, config },
      {
        intake: { accept: (_message, settled) => settled() },
        openRecords: (dir) => openRecords({ dir, clock: systemClock, log: silentLog }),
        dataDir,
        routeTopics: [],
        clock: systemClock,
        random: systemRandom,
        log: silentLog,
      },
    );
    await source.start();
    try {
      await expectDeclaredReports(part, source);
    } finally {
      await source.stop();
    }
  });
});
