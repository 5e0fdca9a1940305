/** The page with all bounds is complete, its metrics exist, and what is committed is what would be generated. */
import { describe, expect, it } from 'vitest';
import { CloudConfig } from '../../cloud/config.ts';
import { cloudStatistics } from '../../cloud/reports.ts';
import { GatewayConfig } from '../../gateway/config.ts';
import { gatewayStatistics } from '../../gateway/reports.ts';
import { metricOfBound } from './bound-metrics.ts';
import { boundsOf, boundsReference } from './bounds-reference.ts';
import type { Schema } from './settings.ts';

const sides = { gateway: GatewayConfig as Schema, cloud: CloudConfig as Schema };
const statistics = { gateway: gatewayStatistics, cloud: cloudStatistics };

describe.each(['gateway', 'cloud'] as const)('bounds of the %s', (side) => {
  const bounds = boundsOf(sides[side]);

  it('are many, and each says what it means', () => {
    expect(bounds.length).toBeGreaterThan(20);
    expect(bounds.filter(({ schema }) => !schema.description).map(({ setting }) => setting)).toEqual([]);
  });

  it('have metrics that exist, of settings that exist', () => {
    const names = new Set(statistics[side].flatMap((each) => Object.keys(each.statistics)));
    const settings = new Set(bounds.map(({ setting }) => setting));
    const own = Object.entries(metricOfBound).filter(([key]) => key.startsWith(`${side}: `));
    expect(own.length).toBeGreaterThan(3);
    expect(own.filter(([, metric]) => !names.has(metric))).toEqual([]);
    expect(own.filter(([key]) => !settings.has(key.slice(side.length + 2)))).toEqual([]);
  });
});

it('the page of bounds is written down as it is', async () => {
  await expect(boundsReference(sides)).toMatchFileSnapshot('../docs/bounds.md');
});
