import { expect, it } from 'vitest';
import { lifeModel, shareModel } from './bars-model.ts';

it('rates a share by whether much of it is good or bad', () => {
  const levels = (highIsBad: boolean) =>
    [null, 0.1, 0.3, 0.6, 0.8].map((share) => shareModel(share, highIsBad).level);
  expect(levels(false)).toEqual(['none', 'bad', 'middling', 'good', 'good']);
  expect(levels(true)).toEqual(['none', 'good', 'good', 'middling', 'bad']);
  expect(shareModel(0.31, false)).toMatchObject({ width: 31, text: '31 %' });
  expect(shareModel(null, false)).toMatchObject({ width: 0, text: '–' });
});

it('draws the interval of remaining life on its scale', () => {
  expect(lifeModel({ p10: 9, p50: 18, p90: 31, unit: 'cycles' }, 50)).toEqual({
    figure: '18',
    unit: ' cycles',
    interval: ' 9–31',
    band: { left: 18, width: 44, mark: 36 },
  });
});

it('keeps the band visible and on the track', () => {
  expect(lifeModel({ p10: 5, p50: 5, p90: 5, unit: 'h' }, 10).band).toEqual({
    left: 50,
    width: 0.5,
    mark: 50,
  });
  expect(lifeModel({ p10: 20, p50: 30, p90: 40, unit: 'h' }, 10).band).toMatchObject({
    left: 100,
    mark: 100,
  });
});

it('says that remaining life is not known', () => {
  expect(lifeModel(null, 10)).toEqual({ figure: '–', unit: ' not known', interval: '', band: null });
});
