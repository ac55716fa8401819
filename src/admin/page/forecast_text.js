// What is said of a forecast and of recommended limits. Pure: times are the reader's own.
import { duration, percent, timeOfDay, whatText, whole } from './format.js';

export const basisText = (basis) =>
    ({
        average: 'by the average of its hours: it has been seen for less than two days',
        hour_of_day: 'by the hour of the day: it has been seen for less than eight days',
        hour_of_week: 'by the hour of the week, over up to five weeks',
    })[basis] ?? '';

/** When a limit of an hour or more is reached, or that it is not. */
export function reachedText({ dimension, window, limit, reached_at, projected_until }, now) {
    const what = `the limit of ${whole(limit)} ${whatText(dimension, window)}`;
    if (reached_at && Date.parse(reached_at) <= now) return `It has reached ${what}.`;
    if (reached_at) return `At this rate it reaches ${what} at ${timeOfDay(reached_at, { seconds: false })}.`;
    if (!projected_until) return '';
    return `At this rate it does not reach ${what} within ${duration(Date.parse(projected_until) - now)}.`;
}

/** "50,000", or what is missing for it. */
export function recommendedText({ recommended, hours, hours_needed: needed, window }) {
    if (recommended !== null) return whole(recommended);
    const what = window === '1m' ? 'hours with requests' : 'hours';
    return `takes ${needed} ${what}, there are ${hours}`;
}

/** From here on what a key used says less than what it wanted. */
const muchRefused = 0.01;
export function heldBackText(rows) {
    const part = rows[0]?.refused_part ?? 0;
    return part >= muchRefused
        ? `Limits refused ${percent(part, 1)} of its requests in this time: it would have used more.`
        : '';
}
