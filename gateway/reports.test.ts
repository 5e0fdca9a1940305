/** Tests the reports of the gateway's parts and sources, from states that they may have. */
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { dataFolderReport } from '../shared/parts/data-folder-report.ts';
import { Metrics } from '../shared/parts/metrics.ts';
import { type Report, type Reporter, reporterOfRoom } from '../shared/parts/statistics.ts';
import { type DataStatus, dataReports } from './pipeline/status.ts';
import { statusProperties } from './reports.ts';
import { newUplinkStats } from './uplink/statistics.ts';

const journal = (lane: string, dropped = { blocks: 0, lines: 0, bytes: 0 }) => ({
  lane,
  firstSeq: 1,
  lastSeq: 9,
  bytes: 1_000,
  bytesMax: 1 << 30,
  dropped,
  writtenBytes: 1_200,
  syncs: 5,
  oldestMs: null,
  removed: null,
});

function dataStatus(over: Partial<DataStatus> = {}): DataStatus {
  return {
    formats: { samples: {}, status: {}, summary: {} },
    pipeline: {
      messages: 0,
      readings: 0,
      deadLetters: 0,
      fieldsIgnored: 0,
      ignored: 0,
      fieldsRefused: 0,
      valuesRounded: 0,
    },
    placement: {
      resends: 0,
      separated: 0,
      timesOutOfBounds: 0,
      assumedResends: [],
      retainedAgain: [],
      stillClocks: [],
    },
    sensorFaults: [],
    machines: 0,
    quotas: { counts: { machines: 0, sensors: 0 }, refused: [] },
    journalTrouble: null,
    journals: [journal('events'), journal('readings')],
    losses: [],
    backlog: {},
    uplink: null,
    deadLetters: {
      count: 0,
      bytes: 0,
      dropped: 0,
      droppedBy: { count: 0, bytes: 0, size: 0, age: 0 },
      byCode: {},
    },
    deadLettersRedriven: 0,
    refused: { count: 0, bytes: 0, setAside: 0, dropped: 0 },
    refusedRedriven: 0,
    estimatesDropped: 0,
    ...over,
  };
}

function published() {
  let reporters: Reporter[] = [];
  const metrics = new Metrics(() => reporters, new Registry());
  return {
    publish<S extends object>(report: Report<S>, state: S) {
      reporters = [reporterOfRoom(report, () => state)];
      metrics.publish();
    },
    data(status: DataStatus) {
      reporters = dataReports.map((report) => reporterOfRoom(report, () => status));
      metrics.publish();
    },
    async values(name: string): Promise<number[]> {
      const metric = await metrics.registry.getSingleMetric(name)?.get();
      return metric?.values.map(({ value }) => value) ?? [];
    },
  };
}

describe('metrics of the gateway', () => {
  it('report the journal’s limit, and its dropped blocks', async () => {
    const shown = published();
    shown.data(dataStatus());
    const full = journal('readings', { blocks: 2, lines: 300, bytes: 4_000 });
    shown.data(dataStatus({ journals: [journal('events'), full] }));
    expect(await shown.values('harbinger_journal_limit_bytes')).toEqual([1 << 30]);
    expect(await shown.values('harbinger_journal_dropped_blocks_total')).toEqual([0, 2]);
    expect(await shown.values('harbinger_journal_dropped_lines_total')).toEqual([0, 300]);
    expect(await shown.values('harbinger_journal_dropped_bytes_total')).toEqual([0, 4_000]);
  });

  it('report which lane the cloud refuses, and why', async () => {
    const shown = published();
    const uplink = newUplinkStats();
    uplink.refusals.readings.BATCH_CHECKSUM = 3;
    const times = { sinceMs: 0, refusedMs: 0, lastMs: 0 };
    const seqs = { firstSeq: 1, lastSeq: 2 };
    uplink.refused.readings = {
      ...seqs,
      ...times,
      code: 'BATCH_CHECKSUM',
      reason: 'it differs',
      attempts: 3,
    };
    shown.data(dataStatus({ uplink }));
    expect(await shown.values('harbinger_uplink_refused')).toEqual([0, 0, 1]);
    expect(await shown.values('harbinger_uplink_refusals_total')).toEqual([3]);
  });

  it('count dead letters that were redriven', async () => {
    const shown = published();
    shown.data(dataStatus({ deadLettersRedriven: 7 }));
    expect(await shown.values('harbinger_dead_letters_redriven_total')).toEqual([7]);
  });

  it('omit the free space while it is unknown', async () => {
    const shown = published();
    shown.publish(dataFolderReport, { diskFreeBytes: 5e9 });
    expect(await shown.values('harbinger_data_free_bytes')).toEqual([5e9]);
    shown.publish(dataFolderReport, { diskFreeBytes: null });
    expect(await shown.values('harbinger_data_free_bytes')).toEqual([]);
  });
});

it('no two rooms or parts of the gateway take the same property of its status', () => {
  const names = ['gateway', 'pending', ...statusProperties.flatMap((added) => Object.keys(added))];
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});
