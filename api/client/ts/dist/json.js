// JSON without floating point: a number that is a decimal by its name, or has decimals, is read as the text that it was written in, and is
// written back as a number. JSON.parse would turn 0.1 into the nearest binary fraction.
import { decimals } from "./types.js";
const MESSAGE_DECIMALS = ["after", "amount", "available", "balance", "before", "betPerLine", "current", "escrow", "max", "min", "multiplier",
    "payout", "refund", "required", "stake", "winAmount"];
const DECIMALS = new Set([...decimals, ...MESSAGE_DECIMALS]);
const DECIMAL = /^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,18})?$/;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\.)*"/y;
const WORDS = [["true", true], ["false", false], ["null", null]];
const DEEPEST = 64;
/** Reads JSON. Decimals by name are strings; other numbers are numbers if they are whole and safe, else strings. Throws SyntaxError. */
export function parse(text) {
    let at = 0;
    const fail = (why) => { throw new SyntaxError(`JSON, character ${at}: ${why}`); };
    const take = (token) => {
        while (at < text.length && " \t\n\r".includes(text[at]))
            at++;
        if (!text.startsWith(token, at))
            return false;
        at += token.length;
        return true;
    };
    const match = (form) => {
        form.lastIndex = at;
        const found = form.exec(text)?.[0];
        if (found !== undefined)
            at += found.length;
        return found;
    };
    const quoted = () => {
        take("");
        const found = match(STRING);
        return found === undefined ? fail("a text is due") : JSON.parse(found);
    };
    const value = (name, depth) => {
        if (depth > DEEPEST)
            fail("too deep");
        if (take("{"))
            return object(depth);
        if (take("["))
            return list(name, depth);
        for (const [word, meaning] of WORDS)
            if (take(word))
                return meaning;
        if (text[at] === '"')
            return quoted();
        const number = match(NUMBER) ?? fail("a value is due");
        if (DECIMALS.has(name))
            return number;
        const whole = Number(number);
        return /^-?[0-9]+$/.test(number) && Number.isSafeInteger(whole) ? whole : number;
    };
    const object = (depth) => {
        const members = {};
        if (take("}"))
            return members;
        do {
            const name = quoted();
            if (!take(":"))
                fail("a colon is due");
            if (Object.hasOwn(members, name))
                fail("a member is there twice");
            Object.defineProperty(members, name, { value: value(name, depth + 1), enumerable: true, writable: true, configurable: true });
        } while (take(","));
        return take("}") ? members : fail("a comma or a brace is due");
    };
    const list = (name, depth) => {
        const items = [];
        if (take("]"))
            return items;
        do
            items.push(value(name, depth + 1));
        while (take(","));
        return take("]") ? items : fail("a comma or a bracket is due");
    };
    const result = value("", 0);
    take("");
    if (at < text.length)
        fail("something follows the value");
    return result;
}
/** Writes JSON. Decimals by name are written as numbers from strings; one that is none throws TypeError. What is undefined is left out. */
export function stringify(value, name = "") {
    if (DECIMALS.has(name) && (typeof value === "string" || typeof value === "number")) {
        if (!DECIMAL.test(String(value)))
            throw new TypeError(`${name} must be a decimal as "25.00"`);
        return String(value);
    }
    if (Array.isArray(value))
        return `[${value.map((item) => stringify(item ?? null, name)).join(",")}]`;
    if (typeof value === "object" && value !== null) {
        const members = Object.entries(value).filter(([, member]) => member !== undefined);
        return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${stringify(member, key)}`).join(",")}}`;
    }
    if (typeof value === "number" && !Number.isFinite(value))
        throw new TypeError(`${name} must be a number`);
    return JSON.stringify(value) ?? "null";
}
