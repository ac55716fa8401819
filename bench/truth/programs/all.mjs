// Every program that the limits are tried on, in the order of the tables.
import haproxy from './haproxy.mjs';
import litellm from './litellm.mjs';
import nginxLua from './nginx_lua.mjs';
import ratelimit from './ratelimit.mjs';
import weir from './weir.mjs';

export const programs = [...weir, ...nginxLua, ...ratelimit, ...litellm, ...haproxy];

/// Named, not run.
export const never_run = {
    portkey: 'its gateway has no limits in what is free of charge',
    bifrost: 'the Go module proxy answers 403 for github.com/maximhq/bifrost/transports',
};
