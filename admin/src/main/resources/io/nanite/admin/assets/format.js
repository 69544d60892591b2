// Figures and times as people read them; the same as the server writes.

export const NONE = '–';

export const count = (n) => String(Math.trunc(n)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

export function number(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  const size = Math.abs(value);
  if (size === 0 || size >= 100) return count(Math.round(value));
  return value.toFixed(size >= 10 ? 1 : 2);
}

export function millis(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  if (value >= 60000) return span(value);
  if (value >= 1000) return `${(value / 1000).toFixed(2)} s`;
  return `${value.toFixed(value >= 10 || value === 0 ? 0 : value >= 1 ? 1 : 2)} ms`;
}

export function span(ms) {
  const seconds = Math.max(0, Math.trunc(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.trunc(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.trunc(seconds / 3600)} h` : `${Math.trunc(seconds / 86400)} d`;
}

export const ago = (ms) => (ms < 1500 ? 'now' : `${span(ms)} ago`);

export const clock = (time) => `${new Date(time).toISOString().slice(11, 19)} UTC`;

/** A number that JavaScript cannot hold stays as it was written. */
export function readJson(text) {
  return JSON.parse(text, (key, value, context) =>
    typeof value === 'number' && context?.source !== undefined && JSON.rawJSON
      && !Number.isSafeInteger(value) && String(value) !== context.source
      ? JSON.rawJSON(context.source)
      : value);
}

/** A value of JSON over several lines; a text as itself. */
export function show(value) {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2) ?? '';
}

/**
 * What is written in a field as JSON, and what is wrong with it.
 * as: 'json', 'text', or 'auto' for JSON where it is some and else text.
 */
export function payload(text, as) {
  if (text === '') return { json: null, words: 'no payload' };
  if (as === 'text') return { json: JSON.stringify(text), words: 'text' };
  try {
    JSON.parse(text);
    return { json: text, words: 'JSON' };
  } catch (error) {
    if (as === 'auto' && !/^\s*[[{"]/.test(text)) return { json: JSON.stringify(text), words: 'text' };
    const place = /line (\d+) column (\d+)/.exec(error.message);
    return { error: place ? `not JSON at line ${place[1]}, column ${place[2]}` : `not JSON: ${error.message}` };
  }
}
