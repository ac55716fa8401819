// Every program that the limits are tried on, in the order of the tables.
import haproxy from './haproxy.mjs';
import nginxLua from './nginx_lua.mjs';
import weir from './weir.mjs';

export const programs = [...weir, ...nginxLua, ...haproxy];

/// They have no limits of an API key in what is free of charge: named, not run.
export const without_limits = { portkey: "Portkey's gateway has no limits of its own" };
