const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Dates, numbers and sizes as the person's language and region write them. Instants are ISO 8601; the machine's time zone. */
export interface Format {
  readonly locale: string;
  /** 12 de diciembre de 2026 */
  date(instant: string): string;
  /** 12 dic 2026, 10:32 */
  dateTime(instant: string): string;
  /** lunes, 9 de marzo, 10:32: what people plan by, within a year. */
  weekday(instant: string): string;
  /** 10:32 */
  time(instant: string): string;
  /** As exactly as its distance asks for: the time when it is today, date and time within two days, else the date. */
  moment(instant: string, now: number): string;
  /** hace 2 horas, mañana, dentro de 21 días; in the largest whole unit, days as the calendar counts them. */
  relative(instant: string, now: number): string;
  number(value: number): string;
  /** 0 to 1. */
  percent(share: number): string;
  /** Decimal units (IEC 80000-13): 261,4 MB. */
  bytes(bytes: number): string;
  rate(bytesPerSecond: number): string;
  /** Rounded up to seconds, minutes or hours: 17 s, 2 min. */
  duration(seconds: number): string;
  /** Viga, Pórtico y Zapata */
  list(items: readonly string[]): string;
}

export function createFormat(locale: string): Format {
  const date = once(() => new Intl.DateTimeFormat(locale, { dateStyle: 'long' }));
  const dateTime = once(
    () =>
      new Intl.DateTimeFormat(locale, {
        day: 'numeric',
        month: 'short',
        year: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
      }),
  );
  const weekday = once(
    () =>
      new Intl.DateTimeFormat(locale, {
        weekday: 'long',
        day: 'numeric',
        month: 'long',
        hour: '2-digit',
        minute: '2-digit',
      }),
  );
  const clock = once(() => new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' }));
  const relative = once(() => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }));
  const number = once(() => new Intl.NumberFormat(locale));
  const percent = once(() => new Intl.NumberFormat(locale, { style: 'percent' }));
  const list = once(() => new Intl.ListFormat(locale, { type: 'conjunction' }));
  const unit = (value: number, name: string, digits: number) =>
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit: name,
      unitDisplay: 'short',
      maximumFractionDigits: digits,
    }).format(value);

  function bytes(value: number, suffix = ''): string {
    const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
    const power = value < 1 ? 0 : Math.min(Math.floor(Math.log10(value) / 3), units.length - 1);
    const scaled = value / 1000 ** power;
    return unit(scaled, `${units[power]}${suffix}`, power < 2 || scaled >= 100 ? 0 : 1);
  }

  // A time does not break between its figures and its «a. m.».
  const whole = (words: string) => words.replace(/\d+:\d+.*/, (time) => time.replaceAll(' ', '\u00a0'));
  const time = (at: Date) => whole(clock().format(at));

  return {
    locale,
    date: (instant) => date().format(new Date(instant)),
    dateTime: (instant) => whole(dateTime().format(new Date(instant))),
    weekday: (instant) => whole(weekday().format(new Date(instant))),
    time: (instant) => time(new Date(instant)),
    moment(instant, now) {
      const at = new Date(instant);
      if (at.toDateString() === new Date(now).toDateString()) return time(at);
      return Math.abs(at.getTime() - now) < 2 * day ? whole(dateTime().format(at)) : date().format(at);
    },
    relative(instant, now) {
      const distance = Date.parse(instant) - now;
      const size = Math.abs(distance);
      // What is past is not read again each second: it says «ahora» for as long.
      if (size < minute) return relative().format(Math.max(0, Math.trunc(distance / 1000)), 'second');
      if (size < hour) return relative().format(Math.trunc(distance / minute), 'minute');
      if (size < day) return relative().format(Math.trunc(distance / hour), 'hour');
      if (size < 60 * day) return relative().format(calendarDays(instant, now), 'day');
      const months = calendarMonths(instant, now);
      if (size < 730 * day) return relative().format(months, 'month');
      return relative().format(Math.trunc(months / 12), 'year');
    },
    number: (value) => number().format(value),
    percent: (share) => percent().format(share),
    bytes: (value) => bytes(value),
    rate: (value) => bytes(value, '-per-second'),
    duration(seconds) {
      if (seconds < 60) return unit(Math.ceil(seconds), 'second', 0);
      if (seconds < 3600) return unit(Math.ceil(seconds / 60), 'minute', 0);
      return unit(Math.ceil(seconds / 3600), 'hour', 0);
    },
    list: (items) => list().format(items),
  };
}

/** «Mañana» is the next date, not 24 hours from now. */
function calendarDays(instant: string, now: number): number {
  // Midnights, in the machine's time zone, lie 23 to 25 hours apart where its clock changes.
  return Math.round((new Date(instant).setHours(0, 0, 0, 0) - new Date(now).setHours(0, 0, 0, 0)) / day);
}

/** Whole ones: a year from now is twelve, whatever the hour. */
function calendarMonths(instant: string, now: number): number {
  const to = new Date(instant);
  const from = new Date(now);
  const months = (to.getFullYear() - from.getFullYear()) * 12 + to.getMonth() - from.getMonth();
  const days = to.getDate() - from.getDate();
  // The last one is not over yet.
  return Math.sign(months) * days < 0 ? months - Math.sign(months) : months;
}

/** Formatters take milliseconds to make: each is made when something first asks for it. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
