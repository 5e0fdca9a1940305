import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { type Plot, type PlotOptions, plot } from './plot.ts';
import type { Columns, Range } from './series.ts';

/** Draws into an element as long as it is on the page. */
export function usePlot(
  columns: Columns,
  range: Range,
  options: () => PlotOptions,
): RefObject<HTMLDivElement | null> {
  const element = useRef<HTMLDivElement>(null);
  const drawing = useRef<Plot | null>(null);
  const latest = useRef(options);
  latest.current = options;
  useEffect(() => {
    drawing.current = plot(element.current!, () => latest.current());
    return () => drawing.current?.dispose();
  }, []);
  useEffect(() => {
    if (columns[0].length > 0) drawing.current?.set(columns, range);
  }, [columns, range.fromMs, range.toMs]);
  return element;
}
