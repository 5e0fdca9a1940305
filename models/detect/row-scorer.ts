import type { DecimalMark } from '../../shared/contract/numbers/decimal-marks.ts';
import { MachineDetector } from '../../shared/detector/verdict/machine-detector.ts';
import { cellTimeMs, cellValue } from './cells.ts';
import { addedNames, type ColumnPlan, planColumns, unusable } from './columns.ts';
import { type Episode, Episodes, topSensors } from './episodes.ts';
import { PlotBins } from './plot/plot-bins.ts';
import { RowTimes } from './row-times.ts';

/** An onset from which on what begins is rare. */
const onsetMin = 0.5;
/** Rows from which the columns are classified; they are held back until this many have been read. */
const peekRows = 200;

export interface ScoredCounts {
  rows: number;
  sensors: string[];
  timeColumn: string | null;
  /** Columns that were copied but not used; label columns always are. */
  passedOn: ColumnPlan['passedOn'];
  /**
   * Counts of: empty and not-a-number cells; text cells in numeric columns; rows with another length than the
   * header.
   */
  missingCells: number;
  badCells: number;
  raggedRows: number;
  times: RowTimes['counts'];
  /** Counts of rows with an anomaly of at least 0.5, the limit of normal, and of those in which something rare begins. */
  rowsAtLimit: number;
  onsets: number;
  scoreMax: number;
  /** Rows that are normal by what has lasted, which nobody has confirmed, and the number of modes. */
  rowsChanged: number;
  modes: number;
  /** The first 1,000; the others are only counted. */
  episodes: Episode[];
  episodeCount: number;
}

/** Takes the records of a CSV and yields its lines with the added columns. */
export class RowScorer {
  readonly counts: ScoredCounts = {
    rows: 0,
    sensors: [],
    timeColumn: null,
    passedOn: [],
    missingCells: 0,
    badCells: 0,
    raggedRows: 0,
    times: { withoutTime: 0, duplicates: 0, unordered: 0, gaps: 0 },
    rowsAtLimit: 0,
    onsets: 0,
    scoreMax: 0,
    rowsChanged: 0,
    modes: 0,
    episodes: [],
    episodeCount: 0,
  };
  private readonly file: string;
  private readonly separator: string;
  private readonly warmUpRows: number;
  private readonly decimal: DecimalMark | undefined;
  private header: string[] | null = null;
  private held: string[][] = [];
  private scoring: Scoring | null = null;
  /** The file as a plot; null: none was asked for, or no row was read. */
  plot: PlotBins | null = null;
  private readonly plots: boolean;

  /** @param decimal the mark of all columns; absent: that of each follows from its first rows */
  constructor(file: string, separator: string, warmUpRows: number, decimal?: DecimalMark, plots = false) {
    this.plots = plots;
    this.file = file;
    this.separator = separator;
    this.warmUpRows = warmUpRows;
    this.decimal = decimal;
  }

  *take(record: string[]): Generator<string> {
    if (this.header === null) this.header = record;
    else if (this.scoring) yield this.line(this.scoring, record);
    else if (this.held.push(record) >= peekRows) yield* this.begin();
  }

  *end(): Generator<string> {
    if (this.header === null) throw unusable(this.file, 'it is empty');
    if (!this.scoring) yield* this.begin();
  }

  private *begin(): Generator<string> {
    const plan = planColumns(this.file, this.header!, this.held, {
      separator: this.separator,
      given: this.decimal,
    });
    const { header, time, sensors, passedOn } = plan;
    Object.assign(this.counts, {
      sensors: sensors.map(({ name }) => name),
      timeColumn: header[time] ?? null,
      passedOn,
    });
    if (this.plots) this.plot = new PlotBins(sensors.length);
    const scoring = new Scoring(plan, this.warmUpRows, this.plot);
    this.counts.times = scoring.times.counts;
    this.counts.episodes = scoring.episodes.found;
    this.scoring = scoring;
    yield this.joined([...header, ...addedNames]);
    for (const record of this.held) yield this.line(scoring, record);
    this.held = [];
  }

  private line(scoring: Scoring, record: string[]): string {
    const { counts } = this;
    const width = scoring.plan.header.length;
    counts.rows++;
    if (record.length !== width) counts.raggedRows++;
    const { anomaly, onset, state, mode } = scoring.judge(record, counts);
    if (anomaly >= 0.5) counts.rowsAtLimit++;
    if (onset >= onsetMin) counts.onsets++;
    if (anomaly > counts.scoreMax) counts.scoreMax = anomaly;
    if (state === 'changed') counts.rowsChanged++;
    if (mode !== null && mode > counts.modes) counts.modes = mode;
    counts.episodeCount = scoring.episodes.count;
    const cells = Array.from({ length: Math.max(width, record.length) }, (_, i) => record[i] ?? '');
    // Cells beyond the header stay last, so that the added columns line up with their names.
    const added = [anomaly.toFixed(5), onset.toFixed(5), state, mode ?? '', ...scoring.reasons()];
    cells.splice(width, 0, ...added.map(String));
    return this.joined(cells);
  }

  private joined(cells: string[]): string {
    const { separator } = this;
    const quoted = cells.map((cell) =>
      cell.includes(separator) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell,
    );
    return `${quoted.join(separator)}\n`;
  }
}

class Scoring {
  readonly plan: ColumnPlan;
  readonly times = new RowTimes();
  readonly episodes: Episodes;
  private readonly detector: MachineDetector;
  private readonly values: Float64Array;
  private readonly weights: Float64Array;
  private readonly plot: PlotBins | null;

  constructor(plan: ColumnPlan, warmUpRows: number, plot: PlotBins | null) {
    this.plan = plan;
    this.plot = plot;
    const count = plan.sensors.length;
    this.detector = new MachineDetector(count, { warmUpRows, hasClock: plan.hasClock });
    this.episodes = new Episodes(plan.sensors.map(({ name }) => name));
    this.values = new Float64Array(count);
    this.weights = new Float64Array(count);
  }

  judge(record: string[], counts: ScoredCounts): MachineDetector {
    const { plan, values, times, detector } = this;
    plan.sensors.forEach(({ index, mark }, i) => {
      const value = cellValue(record[index], mark);
      if (value === null) counts.badCells++;
      else if (Number.isNaN(value)) counts.missingCells++;
      values[i] = value ?? Number.NaN;
    });
    const cell = record[plan.time];
    const timeMs = plan.time < 0 ? Number.NaN : times.take(cellTimeMs(cell));
    detector.push(values, 0, timeMs);
    this.episodes.take(counts.rows, cell ?? '', detector, values);
    this.plot?.take(cell ?? String(counts.rows), detector, values);
    return detector;
  }

  /** Names of the sensors that the verdict rests on, largest share first, and in rows beyond the limit where they usually are. */
  reasons(): [string, string] {
    const { detector, plan } = this;
    const top = topSensors(detector, this.weights);
    const names = top.map((sensor) => plan.sensors[sensor]!.name).join('|');
    if (detector.anomaly < 0.5) return [names, ''];
    const bands = top.map((sensor) => {
      const { low, high } = detector.expected(sensor);
      return `${plain(low)} to ${plain(high)}`;
    });
    return [names, bands.join('|')];
  }
}

/** A number with as many digits as people compare. */
export const plain = (value: number): string => String(Number(value.toPrecision(4)));
