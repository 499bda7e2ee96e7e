// A dynamic language in one file: C++, compiled by an optimising compiler, and slow all the same, because everything
// that a Python loop decides anew for each item is decided anew for each item here.
//
//   Value        every value is an object on the heap, shared and counted
//   Environment  every name is looked up in a hash table, every time it is used
//   add          what it means depends on the objects that it meets: virtual dispatch
//   Node         the program is a tree, and running it is walking the tree
//
// toy_interpreter.md describes the language.   c++ -std=c++20 -O3 toy_interpreter.cpp && ./a.out script.toy

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

// ------------------------------------------------------------------------------------------------ values

struct Object;
using Value = std::shared_ptr<Object>;
using Values = std::vector<Value>;

[[noreturn]] void fail(const std::string &message) { throw std::runtime_error(message); }

struct Object {
    virtual ~Object() = default;
    virtual std::string type() const = 0;
    virtual std::string show(int levels = 4) const = 0;
    virtual int depth() const { return 0; }
    virtual Value add(const Object &) const { fail("add does not know what to do with " + type()); }
    virtual Value mul(const Object &) const { fail("mul does not know what to do with " + type()); }
    virtual Value call(const Values &) const { fail(type() + " cannot be called: only a function can"); }
};

template <class Kind>
const Kind &as(const Object &object, const char *who) {
    if (auto found = dynamic_cast<const Kind *>(&object)) return *found;
    fail(std::string(who) + " needs " + Kind::kind + " there, not " + object.type());
}

struct Number : Object {
    static constexpr auto kind = "a number";
    int64_t value;
    explicit Number(int64_t v) : value(v) {}
    std::string type() const override { return kind; }
    std::string show(int) const override { return std::to_string(value); }

    Value add(const Object &other) const override {
        int64_t sum;
        bool overflow = __builtin_add_overflow(value, as<Number>(other, "add").value, &sum);
        if (overflow) fail("the sum does not fit into 64 bits");
        return std::make_shared<Number>(sum);  // a new object for each result, as in Python
    }

    Value mul(const Object &other) const override {
        int64_t product;
        bool overflow = __builtin_mul_overflow(value, as<Number>(other, "mul").value, &product);
        if (overflow) fail("the product does not fit into 64 bits");
        return std::make_shared<Number>(product);
    }
};

struct List : Object {
    static constexpr auto kind = "a list";
    static constexpr int deepest = 100;     // freeing a list walks it by recursion, and the stack is finite
    static constexpr size_t shown = 6;
    static constexpr size_t longest = 100'000'000;
    Values items;
    int levels = 1;

    explicit List(Values values) : items(std::move(values)) {
        for (const Value &item : items) levels = std::max(levels, item->depth() + 1);
        if (levels > deepest) fail("lists are nested more than 100 deep: flatten them");
    }

    std::string type() const override { return kind; }
    int depth() const override { return levels; }

    std::string show(int levels) const override {
        if (levels == 0) return "[...]";
        std::string text;
        for (size_t i = 0; i < std::min(items.size(), shown); i++) text += (i ? ", " : "") + items[i]->show(levels - 1);
        return items.size() > shown ? "[" + text + ", ...] of " + std::to_string(items.size()) : "[" + text + "]";
    }

    Value add(const Object &other) const override {  // the same word, another meaning
        const Values &more = as<List>(other, "add").items;
        if (items.size() + more.size() > longest) fail("the list is longer than 100 million items: keep it shorter");
        Values joined = items;
        joined.insert(joined.end(), more.begin(), more.end());
        return std::make_shared<List>(std::move(joined));
    }
};

// ------------------------------------------------------------------------------------------------ the tree

struct Environment {
    std::unordered_map<std::string, Value> names;
    Environment *globals = nullptr;

    const Value &find(const std::string &name) const {
        if (auto found = names.find(name); found != names.end()) return found->second;
        if (globals) return globals->find(name);
        fail("unknown name '" + name + "': give it a value first, as in " + name + " = 1");
    }
};

Environment globals;

struct Deeper {  // an endless recursion ends with a message, not with a crash
    static inline int depth = 0;
    Deeper() {
        if (depth == 500) fail("calls are nested more than 500 deep: does a function call itself?");
        depth++;
    }
    ~Deeper() { depth--; }
};

struct Node {
    virtual ~Node() = default;
    virtual Value evaluate(const Environment &) const = 0;
};
using Tree = std::shared_ptr<Node>;

Values evaluate_all(const std::vector<Tree> &trees, const Environment &environment) {
    Values values;
    for (const Tree &tree : trees) values.push_back(tree->evaluate(environment));
    return values;
}

struct Literal : Node {
    Value value;
    explicit Literal(Value v) : value(std::move(v)) {}
    Value evaluate(const Environment &) const override { return value; }
};

struct Name : Node {
    std::string name;
    explicit Name(std::string n) : name(std::move(n)) {}
    Value evaluate(const Environment &environment) const override { return environment.find(name); }
};

struct Brackets : Node {
    std::vector<Tree> items;
    Value evaluate(const Environment &environment) const override {
        Deeper level;
        return std::make_shared<List>(evaluate_all(items, environment));
    }
};

struct Call : Node {
    std::string function;
    std::vector<Tree> arguments;
    Value evaluate(const Environment &environment) const override {
        Deeper level;
        Value callee = environment.find(function);
        return callee->call(evaluate_all(arguments, environment));
    }
};

// ------------------------------------------------------------------------------------------------ functions

void expect(size_t wanted, const Values &given, const std::string &who) {
    if (given.size() == wanted) return;
    fail(who + " takes " + std::to_string(wanted) + " argument(s) and was given " + std::to_string(given.size()));
}

struct Function : Object {  // def(x, y) body
    std::vector<std::string> parameters;
    Tree body;
    std::string type() const override { return "a function"; }
    std::string show(int) const override { return "a function of " + std::to_string(parameters.size()); }

    Value call(const Values &arguments) const override {
        expect(parameters.size(), arguments, "the function");
        Environment local;  // a new table of names for every call
        local.globals = &globals;
        for (size_t i = 0; i < parameters.size(); i++) local.names[parameters[i]] = arguments[i];
        return body->evaluate(local);
    }
};

struct Builtin : Object {
    std::string name;
    size_t count;
    Value (*body)(const Values &);
    Builtin(std::string n, size_t c, Value (*b)(const Values &)) : name(std::move(n)), count(c), body(b) {}
    std::string type() const override { return "a function"; }
    std::string show(int) const override { return "the function " + name; }

    Value call(const Values &arguments) const override {
        expect(count, arguments, name);
        return body(arguments);
    }
};

Value add(const Values &a) { return a[0]->add(*a[1]); }
Value mul(const Values &a) { return a[0]->mul(*a[1]); }
Value len(const Values &a) { return std::make_shared<Number>(as<List>(*a[0], "len").items.size()); }

Value get(const Values &a) {
    const Values &items = as<List>(*a[0], "get").items;
    int64_t index = as<Number>(*a[1], "get").value;
    if (index >= 0 && index < static_cast<int64_t>(items.size())) return items[index];
    fail("there is no item " + std::to_string(index) + " in a list of " + std::to_string(items.size()) + ": count from 0");
}

Value map(const Values &a) {
    Values results;
    for (const Value &item : as<List>(*a[1], "map").items) results.push_back(a[0]->call({item}));
    return std::make_shared<List>(std::move(results));
}

Value reduce(const Values &a) {
    const Values &items = as<List>(*a[1], "reduce").items;
    if (items.empty()) fail("reduce of an empty list has no answer: give it at least one item");
    Value total = items[0];
    for (size_t i = 1; i < items.size(); i++) total = a[0]->call({total, items[i]});
    return total;
}

void start_afresh() {
    globals.names.clear();
    for (const Builtin &builtin : {Builtin("add", 2, add), Builtin("mul", 2, mul), Builtin("len", 1, len),
                                   Builtin("get", 2, get), Builtin("map", 2, map), Builtin("reduce", 2, reduce)})
        globals.names[builtin.name] = std::make_shared<Builtin>(builtin);
}

// A data file is "TOY1", the count and the numbers, four bytes each, little-endian.
struct Load : Node {
    std::string path;
    Value evaluate(const Environment &) const override {
        std::ifstream file(path, std::ios::binary);
        if (!file) fail("cannot open '" + path + "': is the name right, seen from the current directory?");
        const std::vector<unsigned char> bytes{std::istreambuf_iterator<char>(file), {}};
        if (bytes.size() < 8 || std::string(bytes.begin(), bytes.begin() + 4) != "TOY1")
            fail("'" + path + "' is no data file of this language: it has to begin with TOY1 and a count");
        auto word = [&](size_t at) {
            return bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | static_cast<uint32_t>(bytes[at + 3]) << 24;
        };
        const uint64_t promised = word(4), present = bytes.size() - 8;
        if (promised * 4 != present)
            fail("'" + path + "' promises " + std::to_string(promised * 4) + " bytes of numbers and holds " +
                 std::to_string(present) + ": it was cut short or damaged, write it again");
        Values items;
        for (size_t at = 8; at < bytes.size(); at += 4)
            items.push_back(std::make_shared<Number>(static_cast<int32_t>(word(at))));
        return std::make_shared<List>(std::move(items));
    }
};

// ------------------------------------------------------------------------------------------------ the parser

struct Parser {
    const std::string &text;
    size_t at = 0;
    int depth = 0;

    [[noreturn]] void complain(const std::string &wanted) const {
        std::string found = "the end of the line";
        if (at < text.size() && text[at] != '#') found = "a character that has no meaning here";
        if (at < text.size() && text[at] > ' ' && text[at] < 127 && text[at] != '#') found = "'" + text.substr(at, 1) + "'";
        fail("expected " + wanted + " in column " + std::to_string(at + 1) + ", found " + found);
    }

    char peek() {  // the next character that matters; 0 at the end of the line
        while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\r')) at++;
        return at < text.size() && text[at] != '#' ? text[at] : '\0';
    }
    bool accept(char c) { return peek() == c && ++at; }
    void require(char c) { if (!accept(c)) complain(std::string("'") + c + "'"); }

    static bool digit(char c) { return c >= '0' && c <= '9'; }
    static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

    std::string name() {
        if (!letter(peek())) complain("a name");
        size_t start = at;
        while (at < text.size() && (letter(text[at]) || digit(text[at]))) at++;
        return text.substr(start, at - start);
    }

    template <class Part>
    void list_until(char closing, Part part) {
        if (accept(closing)) return;
        do part();
        while (accept(','));
        require(closing);
    }

    std::vector<Tree> expressions_until(char closing) {
        std::vector<Tree> trees;
        list_until(closing, [&] { trees.push_back(expression()); });
        return trees;
    }

    Tree number() {
        int64_t value = 0;
        auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), value);
        if (error != std::errc()) complain("a whole number that fits into 64 bits");
        at = end - text.data();
        return std::make_shared<Literal>(std::make_shared<Number>(value));
    }

    Tree definition() {
        auto function = std::make_shared<Function>();
        require('(');
        list_until(')', [&] { function->parameters.push_back(name()); });
        function->body = expression();
        return std::make_shared<Literal>(function);
    }

    Tree load() {
        auto load = std::make_shared<Load>();
        require('(');
        require('"');
        while (at < text.size() && text[at] != '"') load->path += text[at++];
        require('"');
        require(')');
        return load;
    }

    Tree expression() {
        if (++depth > 100) fail("the line is nested more than 100 deep: split it");
        Tree tree = digit(peek()) || peek() == '-' ? number() : brackets_or_word();
        depth--;
        return tree;
    }

    Tree brackets_or_word() {
        if (accept('[')) {
            auto brackets = std::make_shared<Brackets>();
            brackets->items = expressions_until(']');
            return brackets;
        }
        if (!letter(peek())) complain("a number, a name or a list");
        std::string word = name();
        if (word == "def") return definition();
        if (word == "load") return load();
        if (!accept('(')) return std::make_shared<Name>(word);
        auto call = std::make_shared<Call>();
        call->function = word;
        call->arguments = expressions_until(')');
        return call;
    }
};

struct Line {
    std::string target;  // of an assignment; empty if the line is an expression alone
    Tree tree;

    Value run() const {
        Value value = tree->evaluate(globals);
        if (!target.empty()) globals.names[target] = value;
        return value;
    }
};

Line parse_line(const std::string &text) {
    Parser parser{text};
    Line line;
    if (Parser::letter(parser.peek())) {
        std::string name = parser.name();
        if (parser.accept('=')) line.target = name;
        else parser.at = 0;
    }
    if (line.target == "def" || line.target == "load") fail("'" + line.target + "' is a word of the language: take another");
    line.tree = parser.expression();
    if (parser.peek()) parser.complain("the end of the line");
    return line;
}

// Run a script: each line, its value, its time. False if an error ended it, which is then the last line of `out`.
bool run_script(const std::string &script, std::ostream &out) {
    std::istringstream lines(script);
    int number = 0, done = 0;
    try {
        for (std::string text; number++, std::getline(lines, text);) {
            if (!Parser{text}.peek()) continue;
            Line line = parse_line(text);
            auto start = std::chrono::steady_clock::now();
            Value value = line.run();
            std::chrono::duration<double, std::milli> passed = std::chrono::steady_clock::now() - start;
            char time[40];
            std::snprintf(time, sizeof time, "≈ %.3f ms", passed.count());
            out << number << "  " << text << "\n   " << value->show() << "   " << time << "\n";
            done++;
        }
        if (!done) fail("the script is empty: write a line such as add(1, 2)");
        return true;
    } catch (const std::exception &problem) {
        out << "line " << number << ": " << problem.what() << "\n";
        return false;
    }
}

std::vector<Line> parsed;
std::string answer;

}  // namespace

// ------------------------------------------------------------------------------------------------ two ways in

extern "C" {

// Run a script from a fresh start: everything that it prints, and the error that ended it, if one did.
const char *run(const char *script) {
    std::ostringstream out;
    start_afresh();
    run_script(script, out);
    return (answer = out.str()).c_str();
}

// Give a list of numbers a name. The numbers are boxed here, before any clock starts.
void give(const char *name, const int32_t *numbers, size_t n) {
    if (globals.names.empty()) start_afresh();
    Values items;
    for (size_t i = 0; i < n; i++) items.push_back(std::make_shared<Number>(numbers[i]));
    globals.names[name] = std::make_shared<List>(std::move(items));
}

// Parse a line once, for evaluate() to walk often. -1 if it cannot be: complaint() tells why.
int parse(const char *line) {
    answer.clear();
    try {
        parsed.push_back(parse_line(line));
        return static_cast<int>(parsed.size()) - 1;
    } catch (const std::exception &problem) {
        answer = problem.what();
        return -1;
    }
}

// Walk a parsed line, and return the number that it comes to. INT64_MIN if it cannot be: complaint() tells why.
int64_t evaluate(int line) {
    answer.clear();
    try {
        if (globals.names.empty()) start_afresh();
        if (line < 0 || line >= static_cast<int>(parsed.size())) fail("no such line: parse it first");
        return as<Number>(*parsed[line].run(), "evaluate").value;
    } catch (const std::exception &problem) {
        answer = problem.what();
        return INT64_MIN;
    }
}

// What was wrong in the last parse or evaluate; empty if nothing was.
const char *complaint() { return answer.c_str(); }

}  // extern "C"

int main(int count, char **words) {
    std::ifstream file(count == 2 ? words[1] : "");
    if (!file) {
        std::cerr << (count == 2 ? std::string("cannot open '") + words[1] + "'" : "usage: toy_interpreter FILE") << "\n";
        return 2;
    }
    start_afresh();
    return run_script({std::istreambuf_iterator<char>(file), {}}, std::cout) ? 0 : 1;
}
