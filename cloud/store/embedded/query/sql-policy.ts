/**
 * Decides on DuckDB's own syntax tree what SQL from outside may do: read the telemetry tables, with functions whose time
 * and memory are bounded by their input. The database itself refuses writing, files, network and settings, but some work
 * can neither be interrupted nor counts against its memory limit: single calls of some functions (`repeat`,
 * `levenshtein`), aggregates that keep every value (`median`), and columns that multiply from one sub-query to the next.
 * Every version brings new functions, so everything that is not listed is refused.
 */
import { HarbingerError } from '../../../../shared/runtime/errors.ts';

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

const operators = words('+ - * / // % ^ ** & | ~ << >> @ ! ~~ !~~ ~~* !~~* -> ->> <=>');

const aggregates = words(`
  any_value approx_count_distinct approx_quantile arg_max arg_min avg bool_and bool_or corr count count_star covar_pop
  covar_samp first kurtosis last max max_by mean min min_by product regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy skewness
  stddev stddev_pop stddev_samp sum sum_no_overflow fsum var_pop var_samp variance
  row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value`);

const scalars = words(`
  abs acos add asin atan atan2 ceil ceiling cos cot degrees divide even exp fdiv floor fmod greatest isfinite isinf isnan
  least ln log log10 log2 mod multiply negate pi pow power radians random round round_even sign sin sqrt subtract tan trunc
  coalesce ifnull nullif if error typeof
  length len strlen lower upper lcase ucase trim ltrim rtrim left right substr substring contains starts_with prefix suffix
  ends_with like_escape not_like_escape ilike_escape not_ilike_escape strpos instr position ascii md5 regexp_matches
  regexp_full_match split_part
  age century current_date current_timestamp date_add date_diff date_part date_sub date_trunc datediff datepart datesub
  datetrunc day dayname dayofmonth dayofweek dayofyear decade epoch epoch_ms epoch_ns epoch_us extract get_current_time
  get_current_timestamp hour isodow isoyear last_day make_date make_time make_timestamp make_timestamp_ms make_timestamp_ns
  microsecond millennium millisecond minute month monthname nanosecond now quarter second strftime strptime time_bucket
  timezone to_days to_hours to_microseconds to_milliseconds to_minutes to_months to_seconds to_timestamp to_weeks to_years
  today try_strptime week weekday weekofyear year yearweek
  json_extract json_extract_path json_extract_path_text json_extract_string json_exists json_type json_valid
  json_array_length json_keys json_value
  list_extract array_extract list_element struct_extract`);

const functionsAllowed = new Set([...operators, ...aggregates, ...scalars]);
const tableFunctionsAllowed = new Set(['range', 'generate_series', 'unnest']);
const schemasAllowed = new Set(['', 'main', 'information_schema']);

/** The number of columns grows with stars times tables; these limits keep the product small. */
export const complexityLimits = { starsMax: 4, tablesMax: 16 } as const;

export function refused(reason: string): HarbingerError {
  return new HarbingerError('SQL_REFUSED', 'store', reason);
}

type Node = { [key: string]: unknown };

function syntaxProblem(message: unknown): string {
  const text = typeof message === 'string' ? message : 'not a query';
  return text.startsWith('Only SELECT')
    ? 'only one SELECT is allowed'
    : `${text} (one SELECT is what is allowed)`;
}

/** `tree` is what DuckDB's json_serialize_sql returned. @throws HarbingerError SQL_REFUSED, with the reason */
export function checkSyntaxTree(tree: unknown): void {
  if (!isNode(tree)) throw refused('the query could not be understood');
  if (tree.error === true) throw refused(syntaxProblem(tree.error_message));
  if (!Array.isArray(tree.statements) || tree.statements.length !== 1) {
    throw refused('one statement at a time, please');
  }
  const found: Found = { stars: 0, tables: 0, names: new Set(), columns: new Set() };
  inspect(tree.statements[0], found);
  const { starsMax, tablesMax } = complexityLimits;
  if (found.stars > starsMax) throw refused(`more than ${starsMax} times * in one query: name the columns`);
  if (found.tables > tablesMax) throw refused(`more than ${tablesMax} tables and sub-queries in one query`);
  for (const name of found.columns) {
    // A table's name used as a column is the whole row as one value, which can be nested and multiplies.
    if (found.names.has(name))
      throw refused(`'${name}' is both a table and a column here: give the table an alias`);
  }
}

interface Found {
  stars: number;
  tables: number;
  /** Names and aliases of tables. */
  names: Set<string>;
  /** Names of columns that are given without their table. */
  columns: Set<string>;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null;
}

function inspect(node: unknown, found: Found): void {
  if (Array.isArray(node)) {
    for (const item of node) inspect(item, found);
    return;
  }
  if (!isNode(node)) return;
  if (node.type === 'RECURSIVE_CTE_NODE') throw refused('WITH RECURSIVE is not available here');
  if (node.type === 'ARRAY_CONSTRUCTOR' || node.class === 'LAMBDA') {
    throw refused('lists and lambda functions are not available here');
  }
  if (node.class === 'STAR') found.stars++;
  if (node.class === 'COLUMN_REF') noteColumn(node, found);
  if (typeof node.type === 'string' && tableNodes.has(node.type)) noteTable(node, found);
  if (node.type === 'TABLE_FUNCTION') {
    const call = isNode(node.function) ? node.function : {};
    checkFunction(call, tableFunctionsAllowed);
    inspect(call.children, found);
    return;
  }
  if (typeof node.function_name === 'string') checkFunction(node, functionsAllowed);
  for (const child of Object.values(node)) inspect(child, found);
}

/** Types of nodes that can follow FROM and have columns of their own. */
const tableNodes = new Set(words('BASE_TABLE SHOW_REF SUBQUERY TABLE_FUNCTION EXPRESSION_LIST PIVOT'));

function noteTable(node: Node, found: Found): void {
  found.tables++;
  const name = String(node.table_name ?? '').toLowerCase();
  const alias = String(node.alias ?? '').toLowerCase();
  found.names.add(alias === '' ? name : alias);
  const schema = String(node.schema_name ?? '').toLowerCase();
  if (!schemasAllowed.has(schema)) throw refused(`the schema '${schema}' is not available here`);
  // The database itself refuses files as tables. Its internal views are not for readers.
  if (/^(duckdb|pg|sqlite)_/.test(name)) throw refused(`the view '${name}' is not available here`);
}

function noteColumn(node: Node, found: Found): void {
  if (Array.isArray(node.column_names) && node.column_names.length === 1) {
    found.columns.add(String(node.column_names[0]).toLowerCase());
  }
}

function checkFunction(node: Node, allowed: ReadonlySet<string>): void {
  const name = String(node.function_name ?? '').toLowerCase();
  if (!allowed.has(name)) throw refused(`the function '${name}' is not available here`);
}
