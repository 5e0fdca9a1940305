import { expect, it } from 'vitest';
import { encodeGatewaySays, parseGatewaySays } from './exchange.ts';
import type { GatewayFigures } from './figures.ts';

const figures: GatewayFigures = {
  ...{ version: '1.0.0', startedMs: 1, backlog: { blocks: 1, share: 0.5 } },
  ...{ disk: { freeBytes: 5, freeShare: 0.1 }, aheadOfCloudMs: -3, deadLetters: 0, refusedBatches: null },
  ...{ certificateExpiresMs: null, models: ['pump-rul@2.0.0'] },
};
const have: [string, number, string][] = [['overrides/x', 1, 'in-force']];

it('figures of a gateway come with what it has', () => {
  expect(parseGatewaySays(encodeGatewaySays({ have, documents: [], figures }))).toEqual({
    ...{ have, documents: [], figures },
  });
  expect(parseGatewaySays(encodeGatewaySays({ have, documents: [] }))).toEqual({ have, documents: [] });
});

it('figures that are not understood cost nothing else', () => {
  for (const odd of [{ ...figures, models: 'all' }, { ...figures, version: 'x'.repeat(99) }, 7, null]) {
    const message = encodeGatewaySays({ have, documents: [], figures: odd as GatewayFigures });
    expect(parseGatewaySays(message)).toEqual({ have, documents: [] });
  }
  const newer = { ...figures, more: 1 };
  expect(parseGatewaySays(encodeGatewaySays({ have, documents: [], figures: newer }))?.figures).toMatchObject(
    figures,
  );
});
