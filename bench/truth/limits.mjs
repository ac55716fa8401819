// The limits that every program is given, and the windows that its provider's log is held against.
export const window_us = 60_000_000;

/// Of each key, in a minute. A program that counts input and output together gets `total`.
export const limits = { requests: 120, input: 12_000, output: 12_000, total: 12_000 };

export const dimension_names = {
    requests: 'requests', input: 'input tokens', output: 'output tokens', total: 'tokens',
};
