import type { VNode } from 'preact';
import type { MachineStateName } from '../wire.ts';

/** States differ by shape and not only by colour: square, octagon, triangle, diamond, discs with different marks. */
const shapes: Record<MachineStateName, [string, string]> = {
  failed: ['M3 3h14v14H3z', 'M7 7l6 6M13 7l-6 6'],
  critical: ['M6.3 1.8h7.4l4.5 4.5v7.4l-4.5 4.5H6.3l-4.5-4.5V6.3z', 'M10 5.6v5.6M10 14v.4'],
  warning: ['M10 2 19 17.5H1z', 'M10 7.6v4.4M10 14.6v.4'],
  ok: ['M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16z', 'M6.4 10.3l2.5 2.5 4.8-5.2'],
  silent: ['M10 1 19 10 10 19 1 10z', 'M6.5 7.5l7 5M6.5 12.5l7-5'],
  unknown: ['M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16z', 'M6.5 10h7'],
  learning: ['M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16z', 'M6 10h.4M9.8 10h.4M13.6 10h.4'],
  maintenance: ['M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16z', 'M6.5 13.5l7-7'],
  stopped: ['M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16z', 'M7.5 7.5h5v5h-5z'],
};

export function StateIcon({ state }: { state: MachineStateName }): VNode {
  const [outline, mark] = shapes[state];
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path class="icon-shape" d={outline} />
      <path class="icon-mark" d={mark} />
    </svg>
  );
}

export function BrandMark(): VNode {
  return (
    <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M3 18h7l3-10 5 17 4-11 2 4h5" />
    </svg>
  );
}
