// From the toy interpreter to C, one dynamic feature at a time.
//
// Every rung does what the toy interpreter does for   reduce(def(total, x) add(total, x), data)
// and each is the rung before it without one feature. They add the same numbers in the same order. prepare() takes the
// data, and boxes or tags it as the rungs need it, before any clock starts: Python's list is boxed beforehand too.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace boxed {  // the values of the first two rungs: objects on the heap, counted, each knowing what it can do

struct Object;
using Value = std::shared_ptr<Object>;
using Values = std::vector<Value>;

struct Object {
    virtual ~Object() = default;
    virtual Value add(const Object &) const { throw std::runtime_error("this cannot be added"); }
    virtual Value call(const Values &) const { throw std::runtime_error("this cannot be called"); }
};

struct Number : Object {
    int64_t number;
    explicit Number(int64_t n) : number(n) {}
    Value add(const Object &other) const override {
        auto right = dynamic_cast<const Number *>(&other);
        if (!right) throw std::runtime_error("add needs two numbers");
        return std::make_shared<Number>(number + right->number);
    }
};

struct AddFunction : Object {
    Value call(const Values &arguments) const override {
        if (arguments.size() != 2) throw std::runtime_error("add takes two arguments");
        return arguments[0]->add(*arguments[1]);
    }
};

Values data;

}  // namespace boxed

// Rung 1, everything dynamic: names in hash tables, boxed values, types asked for at every step, a tree to walk.
namespace hash_table {

using namespace boxed;
using Names = std::unordered_map<std::string, Value>;
Names globals = {{"add", std::make_shared<AddFunction>()}};

struct Node {
    virtual ~Node() = default;
    virtual Value evaluate(const Names &locals) const = 0;
};

struct Name : Node {
    std::string name;
    explicit Name(std::string n) : name(std::move(n)) {}
    Value evaluate(const Names &locals) const override {
        auto found = locals.find(name);
        return found != locals.end() ? found->second : globals.at(name);
    }
};

struct Call : Node {
    std::unique_ptr<Node> function, left, right;
    Call(Node *f, Node *l, Node *r) : function(f), left(l), right(r) {}
    Value evaluate(const Names &locals) const override {
        Value callee = function->evaluate(locals);
        return callee->call({left->evaluate(locals), right->evaluate(locals)});
    }
};

std::unique_ptr<Node> body(new Call(new Name("add"), new Name("total"), new Name("x")));

int64_t sum() {
    Value total = std::make_shared<Number>(0);
    for (const Value &x : data) total = body->evaluate({{"total", total}, {"x", x}});
    return static_cast<Number &>(*total).number;
}

}  // namespace hash_table

// Rung 2, without the hash tables: the names were counted beforehand, and each is a place in an array.
namespace slots {

using namespace boxed;
using Places = std::array<Value, 2>;
Value add_function = std::make_shared<AddFunction>();

struct Node {
    virtual ~Node() = default;
    virtual Value evaluate(const Places &locals) const = 0;
};

struct Local : Node {
    size_t place;
    explicit Local(size_t p) : place(p) {}
    Value evaluate(const Places &locals) const override { return locals[place]; }
};

struct Global : Node {
    Value *place;
    explicit Global(Value *p) : place(p) {}
    Value evaluate(const Places &) const override { return *place; }
};

struct Call : Node {
    std::unique_ptr<Node> function, left, right;
    Call(Node *f, Node *l, Node *r) : function(f), left(l), right(r) {}
    Value evaluate(const Places &locals) const override {
        Value callee = function->evaluate(locals);
        return callee->call({left->evaluate(locals), right->evaluate(locals)});
    }
};

std::unique_ptr<Node> body(new Call(new Global(&add_function), new Local(0), new Local(1)));

int64_t sum() {
    Value total = std::make_shared<Number>(0);
    for (const Value &x : data) total = body->evaluate({total, x});
    return static_cast<Number &>(*total).number;
}

}  // namespace slots

// Rung 3, without the boxes: a value is a type and a number side by side, copied. Nothing is allocated or counted.
namespace unboxed {

struct Value;
struct Type {
    Value (*add)(Value left, Value right);
    Value (*call)(const Value *arguments, size_t count);
};
struct Value {
    const Type *type;
    int64_t number;
};

extern const Type number_type, function_type;

Value add_numbers(Value left, Value right) {
    if (right.type != &number_type) throw std::runtime_error("add needs two numbers");
    return {&number_type, left.number + right.number};
}

Value call_add(const Value *arguments, size_t count) {
    if (count != 2) throw std::runtime_error("add takes two arguments");
    return arguments[0].type->add(arguments[0], arguments[1]);
}

Value cannot_add(Value, Value) { throw std::runtime_error("this cannot be added"); }
Value cannot_call(const Value *, size_t) { throw std::runtime_error("this cannot be called"); }
const Type number_type = {add_numbers, cannot_call}, function_type = {cannot_add, call_add};
Value add_function = {&function_type, 0};

struct Node {
    virtual ~Node() = default;
    virtual Value evaluate(const Value *locals) const = 0;
};

struct Local : Node {
    size_t place;
    explicit Local(size_t p) : place(p) {}
    Value evaluate(const Value *locals) const override { return locals[place]; }
};

struct Global : Node {
    Value *place;
    explicit Global(Value *p) : place(p) {}
    Value evaluate(const Value *) const override { return *place; }
};

struct Call : Node {
    std::unique_ptr<Node> function, left, right;
    Call(Node *f, Node *l, Node *r) : function(f), left(l), right(r) {}
    Value evaluate(const Value *locals) const override {
        Value callee = function->evaluate(locals);
        Value arguments[] = {left->evaluate(locals), right->evaluate(locals)};
        return callee.type->call(arguments, 2);
    }
};

std::unique_ptr<Node> body(new Call(new Global(&add_function), new Local(0), new Local(1)));
std::vector<Value> data;

int64_t sum() {
    Value total = {&number_type, 0};
    for (const Value &x : data) {
        Value locals[] = {total, x};
        total = body->evaluate(locals);
    }
    return total.number;
}

}  // namespace unboxed

// Rung 4, without the types: `add` is known to be addition, `total` and `x` to be numbers. Nothing is asked.
namespace typed {

struct Node {
    virtual ~Node() = default;
    virtual int64_t evaluate(const int64_t *locals) const = 0;
};

struct Local : Node {
    size_t place;
    explicit Local(size_t p) : place(p) {}
    int64_t evaluate(const int64_t *locals) const override { return locals[place]; }
};

struct Add : Node {
    std::unique_ptr<Node> left, right;
    Add(Node *l, Node *r) : left(l), right(r) {}
    int64_t evaluate(const int64_t *locals) const override { return left->evaluate(locals) + right->evaluate(locals); }
};

std::unique_ptr<Node> body(new Add(new Local(0), new Local(1)));
std::vector<int32_t> data;

int64_t sum() {
    int64_t total = 0;
    for (int32_t x : data) {
        int64_t locals[] = {total, x};
        total = body->evaluate(locals);
    }
    return total;
}

}  // namespace typed

// Rung 5, without the tree: the compiler walked it, once. This is C.
namespace compiled {

int64_t sum() {
    int64_t total = 0;
    for (int32_t x : typed::data) total += x;
    return total;
}

}  // namespace compiled

extern "C" {

// Take the numbers, in the form in which each rung needs them.
void prepare(const int32_t *numbers, size_t n) {
    boxed::data.clear();
    unboxed::data.clear();
    for (size_t i = 0; i < n; i++) boxed::data.push_back(std::make_shared<boxed::Number>(numbers[i]));
    for (size_t i = 0; i < n; i++) unboxed::data.push_back({&unboxed::number_type, numbers[i]});
    typed::data.assign(numbers, numbers + n);
}

// Rung 1: names in hash tables, boxed values, types asked for, a tree walked.
int64_t everything_dynamic() { return hash_table::sum(); }

// Rung 2: names are places in an array; values are boxed, types asked for, a tree walked.
int64_t without_hash_table() { return slots::sum(); }

// Rung 3: nothing on the heap; types are asked for, a tree walked.
int64_t without_boxes() { return unboxed::sum(); }

// Rung 4: types are known; a tree is walked.
int64_t without_types() { return typed::sum(); }

// Rung 5: a loop.
int64_t without_tree() { return compiled::sum(); }

}  // extern "C"
