/**
 * Charts of a machine's history (cloud/console/src/charts), drawn with uPlot. chart-model.ts chooses words, limits and
 * scales without a browser. Charts get their data from a view and fetch nothing.
 */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { extent, stampText } from './chart-model.ts';
import type { Mark } from './marks-model.ts';
import { ranged } from './range-model.ts';
import { type Columns, lonePoints, type Range } from './series.ts';

export interface PlotOptions {
  height: number;
  series: uPlot.Series[];
  bands?: uPlot.Band[];
  /** Horizontal lines for the limits of the machine type. They are drawn only within the range of the vertical axis. */
  limits?: { value: number; color: string }[];
  fromZero: boolean;
  /** Times at which something was so: alerts as a strip above the line with a mark where they opened, maintenance as a shade. */
  marks: readonly Mark[];
  /** The index under the pointer, or null when it leaves. */
  onPoint?(index: number | null): void;
  /** A reader has drawn over a span of time, or turned the wheel over it. */
  onRange?(range: Range): void;
}

export interface Plot {
  element: HTMLElement;
  /** Draws anew: the options are asked for again. */
  set(data: Columns, range: Range): void;
  dispose(): void;
}

/** All charts of the page share one cursor. */
const cursorKey = 'machine';

/** Reads a colour of the style sheet, as it is in the current light or dark scheme. */
export function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** A line through one value would not be seen. */
export const pointsAlone: uPlot.Series.Points = {
  show: true,
  size: 6,
  filter: (self, series) => lonePoints([...(self.data[series] ?? [])]),
};

/** Draws a chart that is as wide as its element, shares its cursor with the others, and follows light and dark mode. */
export function plot(element: HTMLElement, options: () => PlotOptions): Plot {
  const scheme = window.matchMedia('(prefers-color-scheme: dark)');
  let current: uPlot | null = null;
  let data: Columns = [[]];
  let range: Range | null = null;

  const rebuild = () => {
    current?.destroy();
    current = null;
    if (range !== null && element.clientWidth > 0) {
      current = build(element, options, data, () => range ?? { fromMs: 0, toMs: 1 });
    }
  };
  const resized = new ResizeObserver(() => {
    if (current === null) rebuild();
    else if (current.width !== element.clientWidth) {
      current.setSize({ width: element.clientWidth, height: current.height });
    }
  });
  resized.observe(element);
  scheme.addEventListener('change', rebuild);

  return {
    element,
    set(next, nextRange) {
      const rebuildNeeded = next.length !== data.length;
      data = next;
      range = nextRange;
      if (rebuildNeeded || current === null) rebuild();
      else current.setData(data as uPlot.AlignedData);
    },
    dispose() {
      resized.disconnect();
      scheme.removeEventListener('change', rebuild);
      current?.destroy();
    },
  };
}

function build(element: HTMLElement, now: () => PlotOptions, data: Columns, range: () => Range): uPlot {
  const options = now();
  const axis: uPlot.Axis = {
    stroke: color('muted'),
    grid: { stroke: color('line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  const settings: uPlot.Options = {
    width: element.clientWidth,
    height: options.height,
    legend: { show: false },
    padding: [8, 8, 0, 0],
    cursor: {
      sync: { key: cursorKey, scales: ['x', null] },
      drag: { x: options.onRange !== undefined, y: false, setScale: false },
      points: { size: 6 },
    },
    scales: {
      x: { time: true, range: () => [range().fromMs / 1_000, range().toMs / 1_000] },
      y: { range: (_, low, high) => extent(low, high, options.fromZero) },
    },
    axes: [
      {
        ...axis,
        size: 26,
        space: 70,
        values: (_, stamps, __, ___, step) => stamps.map((s) => stampText(s, step)),
      },
      { ...axis, size: 46, space: 28 },
    ],
    series: [{}, ...options.series],
    bands: options.bands ?? [],
    hooks: {
      drawClear: [(self) => drawMarks(self, now().marks)],
      draw: [(self) => drawLimits(self, now().limits ?? [])],
      setCursor: [(self) => now().onPoint?.(self.cursor.idx ?? null)],
      setSelect: [(self) => select(self, now().onRange)],
      ready: [(self) => turnWheel(self, range, now)],
    },
  };
  return new uPlot(settings, data as uPlot.AlignedData, element);
}

/** A drag over less than this is a click. */
const dragPixelsMin = 8;

function select(self: uPlot, onRange: PlotOptions['onRange']): void {
  const { left, width } = self.select;
  if (width === 0) return;
  self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  if (width < dragPixelsMin || !onRange) return;
  const at = (pixels: number) => self.posToVal(pixels, 'x') * 1_000;
  onRange({ fromMs: at(left), toMs: at(left + width) });
}

/** With Ctrl the wheel zooms around the pointer, and with Shift it moves in time; alone it scrolls the page. */
function turnWheel(self: uPlot, range: () => Range, now: () => PlotOptions): void {
  self.over.addEventListener(
    'wheel',
    (event) => {
      const { onRange } = now();
      if (!onRange || !(event.ctrlKey || event.shiftKey)) return;
      event.preventDefault();
      const turned = Math.sign(event.deltaY || event.deltaX);
      const about = (self.cursor.left ?? 0) / Math.max(1, self.over.clientWidth);
      const change = event.ctrlKey ? { zoom: turned > 0 ? 1.5 : 1 / 1.5, about } : { move: turned * 0.2 };
      onRange(ranged(range(), change));
    },
    { passive: false },
  );
}

const strip = 5;

function drawMarks(self: uPlot, marks: readonly Mark[]): void {
  const { ctx, bbox } = self;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const { fromMs, toMs, kind } of marks) {
    const [left, right] = [fromMs, toMs].map((ms) => self.valToPos(ms / 1_000, 'x', true)) as [
      number,
      number,
    ];
    const width = Math.max(devicePixelRatio, right - left);
    if (kind === 'maintenance') {
      ctx.fillStyle = color('sunken');
      ctx.fillRect(left, bbox.top, width, bbox.height);
      continue;
    }
    if (kind === 'log') {
      ctx.fillStyle = color('muted');
      ctx.fillRect(left, bbox.top, 2 * devicePixelRatio, bbox.height);
      continue;
    }
    ctx.fillStyle = color(kind === 'critical' ? 'critical-fill' : 'warning-fill');
    ctx.fillRect(left, bbox.top, width, strip * devicePixelRatio);
    ctx.fillRect(left, bbox.top, devicePixelRatio, bbox.height);
  }
  ctx.restore();
}

function drawLimits(self: uPlot, limits: { value: number; color: string }[]): void {
  const { min, max } = self.scales.y ?? {};
  for (const { value, color: stroke } of limits) {
    if (min == null || max == null || value < min || value > max) continue;
    const y = Math.round(self.valToPos(value, 'y', true));
    self.ctx.save();
    self.ctx.strokeStyle = stroke;
    self.ctx.lineWidth = devicePixelRatio;
    self.ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
    self.ctx.beginPath();
    self.ctx.moveTo(self.bbox.left, y);
    self.ctx.lineTo(self.bbox.left + self.bbox.width, y);
    self.ctx.stroke();
    self.ctx.restore();
  }
}
