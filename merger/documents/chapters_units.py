

"

"

"

C

h

a

p

t

e

r

 

o

f

 

t

h

e

 

W

o

r

d

 

r

e

p

o

r

t

 

o

n

 

n

e

w

 

u

n

i

t

s

,

 

i

t

s

 

c

o

m

p

a

r

i

s

o

n

 

w

i

t

h

 

r

e

a

l

i

t

y

,

 

a

n

d

 

t

h

e

 

l

i

s

t

 

o

f

 

u

n

i

t

s

.

"

"

"







f

r

o

m

 

_

_

f

u

t

u

r

e

_

_

 

i

m

p

o

r

t

 

a

n

n

o

t

a

t

i

o

n

s







i

m

p

o

r

t

 

p

a

n

d

a

s

 

a

s

 

p

d







f

r

o

m

 

m

e

r

g

e

r

.

d

o

c

u

m

e

n

t

s

 

i

m

p

o

r

t

 

p

i

c

t

u

r

e

s




f

r

o

m

 

m

e

r

g

e

r

.

d

o

c

u

m

e

n

t

s

.

c

o

n

t

e

x

t

 

i

m

p

o

r

t

 

C

o

n

t

e

x

t

,

 

r

e

a

s

o

n

s




f

r

o

m

 

m

e

r

g

e

r

.

d

o

c

u

m

e

n

t

s

.

f

a

c

t

s

 

i

m

p

o

r

t

 

c

h

a

n

g

e

,

 

i

d

e

n

t

i

c

a

l

_

u

n

i

t

s




f

r

o

m

 

m

e

r

g

e

r

.

d

o

c

u

m

e

n

t

s

.

w

o

r

d

i

n

g

 

i

m

p

o

r

t

 

t

e

r

m







L

O

N

G

E

S

T

_

S

H

O

W

N

 

=

 

8










d

e

f

 

u

n

i

t

s

_

b

e

f

o

r

e

(

c

:

 

C

o

n

t

e

x

t

)

 

-

>

 

s

t

r

:




 

 

 

 

"

"

"

C

o

m

m

u

n

e

-

l

e

v

e

l

 

u

n

i

t

s

 

b

e

f

o

r

e

 

i

n

 

w

o

r

d

s

;

 

i

s

l

a

n

d

 

d

i

s

t

r

i

c

t

s

 

w

i

t

h

o

u

t

 

c

o

m

m

u

n

e

s

 

a

r

e

 

n

a

m

e

d

 

a

p

a

r

t

.

"

"

"




 

 

 

 

k

i

n

d

s

 

=

 

c

.

i

n

p

u

t

s

.

u

n

i

t

s

[

"

k

i

n

d

"

]

.

r

e

i

n

d

e

x

(

c

.

p

l

a

n

.

t

a

b

l

e

s

[

"

u

n

i

t

s

"

]

[

"

o

l

d

_

c

o

d

e

"

]

)




 

 

 

 

i

s

l

a

n

d

s

 

=

 

i

n

t

(

(

k

i

n

d

s

 

=

=

 

"

h

u

y

e

n

_

d

a

o

"

)

.

s

u

m

(

)

)




 

 

 

 

c

o

m

m

u

n

e

s

 

=

 

c

.

n

(

l

e

n

(

k

i

n

d

s

)

 

-

 

i

s

l

a

n

d

s

)




 

 

 

 

i

f

 

n

o

t

 

i

s

l

a

n

d

s

:




 

 

 

 

 

 

 

 

r

e

t

u

r

n

 

c

.

s

a

y

(

f

"

{

c

o

m

m

u

n

e

s

}

 

đ

ơ

n

 

v

ị

 

h

à

n

h

 

c

h

í

n

h

 

c

ấ

p

 

x

ã

"

,

 

f

"

{

c

o

m

m

u

n

e

s

}

 

c

o

m

m

u

n

e

-

l

e

v

e

l

 

u

n

i

t

s

"

)




 

 

 

 

r

e

t

u

r

n

 

c

.

s

a

y

(




 

 

 

 

 

 

 

 

f

"

{

c

o

m

m

u

n

e

s

}

 

đ

ơ

n

 

v

ị

 

h

à

n

h

 

c

h

í

n

h

 

c

ấ

p

 

x

ã

 

v

à

 

{

i

s

l

a

n

d

s

}

 

h

u

y

ệ

n

 

đ

ả

o

"

,




 

 

 

 

 

 

 

 

f

"

{

c

o

m

m

u

n

e

s

}

 

c

o

m

m

u

n

e

-

l

e

v

e

l

 

u

n

i

t

s

 

a

n

d

 

{

i

s

l

a

n

d

s

}

 

i

s

l

a

n

d

 

d

i

s

t

r

i

c

t

{

'

s

'

 

i

f

 

i

s

l

a

n

d

s

 

>

 

1

 

e

l

s

e

 

'

'

}

"

,




 

 

 

 

)










d

e

f

 

a

r

r

a

n

g

e

(

c

:

 

C

o

n

t

e

x

t

)

 

-

>

 

N

o

n

e

:




 

 

 

 

"

"

"

O

l

d

 

u

n

i

t

s

 

t

o

 

n

e

w

 

o

n

e

s

.

"

"

"




 

 

 

 

n

e

w

,

 

o

l

d

 

=

 

c

.

p

l

a

n

.

t

a

b

l

e

s

[

"

n

e

w

_

u

n

i

t

s

"

]

,

 

c

.

p

l

a

n

.

t

a

b

l

e

s

[

"

u

n

i

t

s

"

]




 

 

 

 

s

i

d

e

s

 

=

 

s

o

r

t

e

d

(

n

e

w

[

"

s

i

d

e

"

]

.

u

n

i

q

u

e

(

)

)




 

 

 

 

a

c

r

o

s

s

 

=

 

(

"

k

h

ô

n

g

 

đ

ơ

n

 

v

ị

 

n

à

o

 

v

ư

ợ

t

 

q

u

a

 

r

a

n

h

 

g

i

ớ

i

 

h

a

i

 

t

ỉ

n

h

,

 

t

h

à

n

h

 

p

h

ố

 

c

ũ

;

 

"

,

 

"

n

o

n

e

 

c

r

o

s

s

e

s

 

t

h

e

 

o

l

d

 

p

r

o

v

i

n

c

e

 

l

i

n

e

 

a

n

d

 

"

)




 

 

 

 

a

c

r

o

s

s

 

=

 

a

c

r

o

s

s

 

i

f

 

l

e

n

(

s

i

d

e

s

)

 

>

 

1

 

e

l

s

e

 

(

"

"

,

 

"

"

)




 

 

 

 

c

.

l

e

t

t

e

r

.

h

e

a

d

i

n

g

(

c

.

s

a

y

(

"

1

.

 

P

h

ư

ơ

n

g

 

á

n

 

đ

ề

 

x

u

ấ

t

"

,

 

"

1

.

 

P

r

o

p

o

s

a

l

"

)

)




 

 

 

 

c

.

l

e

t

t

e

r

.

p

a

r

a

g

r

a

p

h

(




 

 

 

 

 

 

 

 

c

.

s

a

y

(




 

 

 

 

 

 

 

 

 

 

 

 

f

"

{

u

n

i

t

s

_

b

e

f

o

r

e

(

c

)

}

 

đ

ư

ợ

c

 

s

ắ

p

 

x

ế

p

 

t

h

à

n

h

 

{

l

e

n

(

n

e

w

)

}

 

đ

ơ

n

 

v

ị

;

 

{

a

c

r

o

s

s

[

0

]

}

m

ỗ

i

 

đ

ơ

n

 

v

ị

 

m

ớ

i

 

l

i

ề

n

 

m

ộ

t

 

k

h

ố

i

.

 

"




 

 

 

 

 

 

 

 

 

 

 

 

"

T

r

ụ

 

s

ở

 

đ

ặ

t

 

t

ạ

i

 

t

r

u

n

g

 

t

â

m

 

c

ó

 

t

ổ

n

g

 

t

h

ờ

i

 

g

i

a

n

 

đ

i

 

l

ạ

i

 

c

ủ

a

 

n

g

ư

ờ

i

 

d

â

n

 

n

g

ắ

n

 

n

h

ấ

t

 

t

r

o

n

g

 

c

á

c

 

p

h

ư

ơ

n

g

 

á

n

 

đ

ã

 

x

é

t

.

"

,




 

 

 

 

 

 

 

 

 

 

 

 

f

"

{

u

n

i

t

s

_

b

e

f

o

r

e

(

c

)

}

 

b

e

c

o

m

e

 

{

l

e

n

(

n

e

w

)

}

;

 

{

a

c

r

o

s

s

[

1

]

}

e

a

c

h

 

i

s

 

i

n

 

o

n

e

 

p

i

e

c

e

.

 

"




 

 

 

 

 

 

 

 

 

 

 

 

"

T

h

e

 

s

e

a

t

 

i

s

 

t

h

e

 

c

e

n

t

r

e

 

w

i

t

h

 

t

h

e

 

s

h

o

r

t

e

s

t

 

t

o

t

a

l

 

t

r

a

v

e

l

 

t

i

m

e

 

o

f

 

r

e

s

i

d

e

n

t

s

 

a

m

o

n

g

 

t

h

e

 

p

l

a

n

s

 

"




 

 

 

 

 

 

 

 

 

 

 

 

"

c

o

n

s

i

d

e

r

e

d

.

"

,




 

 

 

 

 

 

 

 

)




 

 

 

 

)




 

 

 

 

_

u

n

i

t

s

_

b

y

_

s

i

d

e

(

c

,

 

n

e

w

)




 

 

 

 

c

.

l

e

t

t

e

r

.

p

i

c

t

u

r

e

(




 

 

 

 

 

 

 

 

p

i

c

t

u

r

e

s

.

m

a

p

_

s

t

a

n

d

a

r

d

(

c

.

l

a

y

e

r

s

,

 

c

.

l

a

n

g

)

,




 

 

 

 

 

 

 

 

c

.

s

a

y

(

"

Đ

ơ

n

 

v

ị

 

h

à

n

h

 

c

h

í

n

h

 

c

ấ

p

 

x

ã

 

đ

ề

 

x

u

ấ

t

,

 

t

h

e

o

 

t

i

ê

u

 

c

h

u

ẩ

n

"

,

 

"

P

r

o

p

o

s

e

d

 

u

n

i

t

s

 

b

y

 

s

t

a

n

d

a

r

d

"

)

,




 

 

 

 

)




 

 

 

 

f

o

r

 

s

i

d

e

 

i

n

 

s

i

d

e

s

:




 

 

 

 

 

 

 

 

n

a

m

e

 

=

 

t

e

r

m

(

"

s

i

d

e

"

,

 

s

i

d

e

,

 

c

.

l

a

n

g

)




 

 

 

 

 

 

 

 

c

a

p

t

i

o

n

 

=

 

c

.

s

a

y

(

f

"

Đ

ơ

n

 

v

ị

 

m

ớ

i

 

t

r

ê

n

 

đ

ị

a

 

b

à

n

 

{

n

a

m

e

}

 

t

r

ư

ớ

c

 

s

ắ

p

 

x

ế

p

"

,

 

f

"

N

e

w

 

u

n

i

t

s

 

o

n

 

t

h

e

 

s

i

d

e

 

o

f

 

{

n

a

m

e

}

"

)




 

 

 

 

 

 

 

 

c

.

l

e

t

t

e

r

.

p

i

c

t

u

r

e

(

p

i

c

t

u

r

e

s

.

m

a

p

_

s

i

d

e

(

c

.

l

a

y

e

r

s

,

 

s

i

d

e

,

 

c

.

l

a

n

g

)

,

 

c

a

p

t

i

o

n

)




 

 

 

 

c

.

l

e

t

t

e

r

.

h

e

a

d

i

n

g

(

c

.

s

a

y

(

"

2

.

 

T

h

ờ

i

 

g

i

a

n

 

đ

i

 

l

ạ

i

 

c

ủ

a

 

n

g

ư

ờ

i

 

d

â

n

 

đ

ế

n

 

t

r

ụ

 

s

ở

"

,

 

"

2

.

 

T

r

a

v

e

l

 

o

f

 

r

e

s

i

d

e

n

t

s

 

t

o

 

t

h

e

 

s

e

a

t

"

)

)




 

 

 

 

c

.

l

e

t

t

e

r

.

p

i

c

t

u

r

e

(




 

 

 

 

 

 

 

 

p

i

c

t

u

r

e

s

.

m

a

p

_

m

i

n

u

t

e

s

(

c

.

l

a

y

e

r

s

,

 

c

.

l

a

n

g

)

,




 

 

 

 

 

 

 

 

c

.

s

a

y

(




 

 

 

 

 

 

 

 

 

 

 

 

"

P

h

ú

t

 

đ

i

 

đ

ư

ờ

n

g

 

t

ừ

 

k

h

u

 

d

â

n

 

c

ư

 

đ

ế

n

 

t

r

ụ

 

s

ở

 

đ

ề

 

x

u

ấ

t

"

,




 

 

 

 

 

 

 

 

 

 

 

 

"

M

i

n

u

t

e

s

 

b

y

 

r

o

a

d

 

f

r

o

m

 

s

e

t

t

l

e

m

e

n

t

 

t

o

 

t

h

e

 

p

r

o

p

o

s

e

d

 

s

e

a

t

"

,




 

 

 

 

 

 

 

 

)




 

 

 

 

 

 

 

 

i

f

 

c

.

i

n

p

u

t

s

.

h

a

s

_

r

o

a

d

s




 

 

 

 

 

 

 

 

e

l

s

e

 

c

.

s

a

y

(




 

 

 

 

 

 

 

 

 

 

 

 

"

P

h

ú

t

 

đ

ế

n

 

t

r

ụ

 

s

ở

 

đ

ề

 

x

u

ấ

t

,

 

t

h

e

o

 

đ

ư

ờ

n

g

 

t

h

ẳ

n

g

 

v

à

 

h

ệ

 

s

ố

 

v

ò

n

g

 

(

E

S

T

I

M

A

T

E

D

)

"

,




 

 

 

 

 

 

 

 

 

 

 

 

"

M

i

n

u

t

e

s

 

t

o

 

t

h

e

 

p

r

o

p

o

s

e

d

 

s

e

a

t

,

 

b

y

 

s

t

r

a

i

g

h

t

 

l

i

n

e

 

a

n

d

 

d

e

t

o

u

r

 

f

a

c

t

o

r

 

(

E

S

T

I

M

A

T

E

D

)

"

,




 

 

 

 

 

 

 

 

)

,




 

 

 

 

)




 

 

 

 

_

l

o

n

g

e

s

t

(

c

,

 

o

l

d

)




 

 

 

 

_

c

o

m

p

a

r

e

_

u

n

i

t

s

(

c

)




 

 

 

 

r

e

a

s

o

n

s

(

c

,

 

"

a

r

r

a

n

g

e

"

,

 

4

 

i

f

 

"

u

n

i

t

s

_

r

e

a

l

_

2

0

2

5

"

 

i

n

 

c

.

l

a

y

e

r

s

 

e

l

s

e

 

3

)










d

e

f

 

_

u

n

i

t

s

_

b

y

_

s

i

d

e

(

c

:

 

C

o

n

t

e

x

t

,

 

n

e

w

:

 

p

d

.

D

a

t

a

F

r

a

m

e

)

 

-

>

 

N

o

n

e

:




 

 

 

 

k

i

n

d

s

 

=

 

[

k

 

f

o

r

 

k

 

i

n

 

(

"

x

a

"

,

 

"

p

h

u

o

n

g

"

,

 

"

d

a

c

_

k

h

u

"

)

 

i

f

 

(

n

e

w

[

"

k

i

n

d

"

]

 

=

=

 

k

)

.

a

n

y

(

)

]




 

 

 

 

r

o

w

s

 

=

 

[

]




 

 

 

 

f

o

r

 

s

i

d

e

 

i

n

 

[

*

s

o

r

t

e

d

(

n

e

w

[

"

s

i

d

e

"

]

.

u

n

i

q

u

e

(

)

)

,

 

"

"

]

:




 

 

 

 

 

 

 

 

o

w

n

 

=

 

n

e

w

[

n

e

w

[

"

s

i

d

e

"

]

 

=

=

 

s

i

d

e

]

 

i

f

 

s

i

d

e

 

e

l

s

e

 

n

e

w




 

 

 

 

 

 

 

 

n

a

m

e

 

=

 

t

e

r

m

(

"

s

i

d

e

"

,

 

s

i

d

e

,

 

c

.

l

a

n

g

)

 

i

f

 

s

i

d

e

 

e

l

s

e

 

c

.

s

a

y

(

"

C

ộ

n

g

"

,

 

"

T

o

t

a

l

"

)




 

 

 

 

 

 

 

 

c

o

u

n

t

s

 

=

 

[

c

.

n

(

(

o

w

n

[

"

k

i

n

d

"

]

 

=

=

 

k

)

.

s

u

m

(

)

)

 

f

o

r

 

k

 

i

n

 

k

i

n

d

s

]




 

 

 

 

 

 

 

 

r

o

w

s

.

a

p

p

e

n

d

(

(

n

a

m

e

,

 

*

c

o

u

n

t

s

,

 

c

.

n

(

l

e

n

(

o

w

n

)

)

,

 

c

.

n

(

o

w

n

[

"

a

r

e

a

_

k

m

2

"

]

.

s

u

m

(

)

,

 

2

)

,

 

c

.

n

(

o

w

n

[

"

p

o

p

u

l

a

t

i

o

n

"

]

.

s

u

m

(

)

)

)

)




 

 

 

 

h

e

a

d

s

 

=

 

[




 

 

 

 

 

 

 

 

c

.

s

a

y

(

"

Đ

ị

a

 

b

à

n

"

,

 

"

S

i

d

e

"

)

,




 

 

 

 

 

 

 

 

*

(

t

e

r

m

(

"

k

i

n

d

"

,

 

k

,

 

c

.

l

a

n

g

)

.

c

a

p

i

t

a

l

i

z

e

(

)

 

f

o

r

 

k

 

i

n

 

k

i

n

d

s

)

,




 

 

 

 

 

 

 

 

c

.

s

a

y

(

"

C

ộ

n

g

"

,

 

"

T

o

t

a

l

"

)

,




 

 

 

 

]




 

 

 

 

h

e

a

d

s

 

+

=

 

[

c

.

s

a

y

(

"

D

i

ệ

n

 

t

í

c

h

 

(

k

m

²

)

"

,

 

"

A

r

e

a

 

(

k

m

²

)

"

)

,

 

c

.

s

a

y

(

"

D

â

n

 

s

ố

 

(

n

g

ư

ờ

i

)

"

,

 

"

P

o

p

u

l

a

t

i

o

n

"

)

]




 

 

 

 

w

i

d

t

h

s

 

=

 

(

2

.

6

,

 

*

[

8

.

4

 

/

 

(

l

e

n

(

k

i

n

d

s

)

 

+

 

1

)

]

 

*

 

(

l

e

n

(

k

i

n

d

s

)

 

+

 

1

)

,

 

2

.

7

,

 

2

.

7

)




 

 

 

 

c

a

p

t

i

o

n

 

=

 

c

.

s

a

y

(




 

 

 

 

 

 

 

 

"

S

ố

 

đ

ơ

n

 

v

ị

 

m

ớ

i

 

t

h

e

o

 

đ

ị

a

 

b

à

n

 

(

d

i

ệ

n

 

t

í

c

h

,

 

d

â

n

 

s

ố

:

 

ư

ớ

c

 

t

í

n

h

)

"

,




 

 

 

 

 

 

 

 

"

N

e

w

 

u

n

i

t

s

 

b

y

 

s

i

d

e

 

(

a

r

e

a

,

 

p

o

p

u

l

a

t

i

o

n

:

 

e

s

t

i

m

a

t

e

d

)

"

,




 

 

 

 

)




 

 

 

 

c

.

l

e

t

t

e

r

.

t

a

b

l

e

(

h

e

a

d

s

,

 

r

o

w

s

,

 

w

i

d

t

h

s

,

 

c

a

p

t

i

o

n

=

c

a

p

t

i

o

n

,

 

n

u

m

e

r

i

c

=

r

a

n

g

e

(

1

,

 

l

e

n

(

h

e

a

d

s

)

)

,

 

b

o

l

d

_

r

o

w

s

=

(

l

e

n

(

r

o

w

s

)

 

-

 

1

,

)

)










d

e

f

 

_

l

o

n

g

e

s

t

(

c

:

 

C

o

n

t

e

x

t

,

 

o

l

d

:

 

p

d

.

D

a

t

a

F

r

a

m

e

)

 

-

>

 

N

o

n

e

:




 

 

 

 

f

a

r

 

=

 

o

l

d

.

s

o

r

t

_

v

a

l

u

e

s

(

[

"

m

i

n

u

t

e

s

_

t

o

_

s

e

a

t

"

,

 

"

o

l

d

_

c

o

d

e

"

]

,

 

a

s

c

e

n

d

i

n

g

=

[

F

a

l

s

e

,

 

T

r

u

e

]

)

.

h

e

a

d

(

L

O

N

G

E

S

T

_

S

H

O

W

N

)




 

 

 

 

r

o

w

s

 

=

 

[




 

 

 

 

 

 

 

 

(




 

 

 

 

 

 

 

 

 

 

 

 

u

.

o

l

d

_

n

a

m

e

,




 

 

 

 

 

 

 

 

 

 

 

 

u

.

d

i

s

t

r

i

c

t

,




 

 

 

 

 

 

 

 

 

 

 

 

u

.

n

e

w

_

n

a

m

e

,




 

 

 

 

 

 

 

 

 

 

 

 

c

.

n

(

u

.

p

o

p

u

l

a

t

i

o

n

)

,




 

 

 

 

 

 

 

 

 

 

 

 

c

.

n

(

u

.

k

m

_

t

o

_

s

e

a

t

,

 

1

)

,




 

 

 

 

 

 

 

 

 

 

 

 

c

.

n

(

u

.

m

i

n

u

t

e

s

_

t

o

_

s

e

a

t

,

 

0

)

,




 

 

 

 

 

 

 

 

)




 

 

 

 

 

 

 

 

f

o

r

 

u

 

i

n

 

f

a

r

.

i

t

e

r

t

u

p

l

e

s

(

)




 

 

 

 

]




 

 

 

 

c

.

l

e

t

t

e

r

.

t

a

b

l

e

(




 

 

 

 

 

 

 

 

[




 

 

 

 

 

 

 

 

 

 

 

 

c

.

s

a

y

(

"

Đ

ơ

n

 

v

ị

 

c

ũ

"

,

 

"

O

l

d

 

u

n

i

t

"

)

,




 

 

 

 

 

 

 

 

 

 

 

 

c

.

s

a

y

(

"

H

u

y

ệ

n

 

c

ũ

"

,

 

"

D

i

s

t

r

i

c

t

"

)

,




 

 

 

 

 

 

 

 

 

 

 

 

c

.

s

a

y

(

"

Đ

ơ

n

 

v

ị

 

m

ớ

i

"

,

 

"

N

e

w

 

u

n

i

t

"

)

,




 

 

 

 

 

 

 

 

 

 

 

 

c

.

s

a

y

(

"

D

â

n

 

s

ố

"

,

 

"

P

o

p

u

l

a

t

i

o

n

"

)

,




 

 

 

 

 

 

 

 

 

 

 

 

"

K

m

"

,




 

 

 

 

 

 

 

 

 

 

 

 

c

.

s

a

y

(

"

P

h

ú

t

"

,

 

"

M

i

n

"

)

,




 

 

 

 

 

 

 

 

]

,




 

 

 

 

 

 

 

 

r

o

w

s

,




 

 

 

 

 

 

 

 

(

3

.

6

,

 

4

.

0

,

 

3

.

6

,

 

2

.

0

,

 

1

.

4

,

 

1

.

4

)

,




 

 

 

 

 

 

 

 

n

u

m

e

r

i

c

=

(

3

,

 

4

,

 

5

)

,




 

 

 

 

 

 

 

 

c

a

p

t

i

o

n

=

c

.

s

a

y

(

"

C

á

c

 

đ

ơ

n

 

v

ị

 

c

ũ

 

x

a

 

t

r

ụ

 

s

ở

 

m

ớ

i

 

n

h

ấ

t

"

,

 

"

O

l

d

 

u

n

i

t

s

 

f

a

r

t

h

e

s

t

 

f

r

o

m

 

t

h

e

i

r

 

n

e

w

 

s

e

a

t

"

)

,




 

 

 

 

)










d

e

f

 

_

c

o

m

p

a

r

e

_

u

n

i

t

s

(

c

:

 

C

o

n

t

e

x

t

)

 

-

>

 

N

o

n

e

:




 

 

 

 

i

f

 

"

u

n

i

t

s

_

r

e

a

l

_

2

0

2

5

"

 

n

o

t

 

i

n

 

c

.

l

a

y

e

r

s

:




 

 

 

 

 

 

 

 

r

e

t

u

r

n




 

 

 

 

s

a

m

e

 

=

 

i

d

e

n

t

i

c

a

l

_

u

n

i

t

s

(

c

.

p

l

a

n

,

 

c

.

i

n

p

u

t

s

)




 

 

 

 

c

.

l

e

t

t

e

r

.

h

e

a

d

i

n

g

(




 

 

 

 

 

 

 

 

c

.

s

a

y

(

"

3

.

 

S

o

 

s

á

n

h

 

v

ớ

i

 

p

h

ư

ơ

n

g

 

á

n

 

t

h

ự

c

 

t

ế

 

n

ă

m

 

2

0

2

5

"

,

 

"

3

.

 

C

o

m

p

a

r

i

s

o

n

 

w

i

t

h

 

t

h

e

 

r

e

a

l

 

a

r

r

a

n

g

e

m

e

n

t

 

o

f

 

2

0

2

5

"

)




 

 

 

 

)




 

 

 

 

o

w

n

,

 

r

e

a

l

 

=

 

(

c

.

p

l

a

n

.

m

a

n

i

f

e

s

t

.

g

e

t

(

"

h

e

a

d

l

i

n

e

"

,

 

{

}

)

.

g

e

t

(

k

,

 

{

}

)

 

f

o

r

 

k

 

i

n

 

(

"

p

l

a

n

"

,

 

"

r

e

f

e

r

e

n

c

e

"

)

)




 

 

 

 

t

e

x

t

 

=

 

c

.

s

a

y

(




 

 

 

 

 

 

 

 

f

"

{

l

e

n

(

s

a

m

e

)

}

 

đ

ơ

n

 

v

ị

 

đ

ề

 

x

u

ấ

t

 

g

ồ

m

 

đ

ú

n

g

 

c

á

c

 

đ

ơ

n

 

v

ị

 

c

ũ

 

n

h

ư

 

t

h

ự

c

 

t

ế

.

 

"

,




 

 

 

 

 

 

 

 

f

"

{

l

e

n

(

s

a

m

e

)

}

 

p

r

o

p

o

s

e

d

 

u

n

i

t

s

 

h

o

l

d

 

e

x

a

c

t

l

y

 

t

h

e

 

o

l

d

 

u

n

i

t

s

 

o

f

 

a

 

r

e

a

l

 

o

n

e

.

 

"

,




 

 

 

 

)




 

 

 

 

i

f

 

o

w

n

.

g

e

t

(

"

p

e

r

s

o

n

_

k

m

"

)

 

a

n

d

 

r

e

a

l

.

g

e

t

(

"

p

e

r

s

o

n

_

k

m

"

)

:




 

 

 

 

 

 

 

 

s

a

v

i

n

g

 

=

 

c

h

a

n

g

e

(

o

w

n

[

"

p

e

r

s

o

n

_

k

m

"

]

,

 

r

e

a

l

[

"

p

e

r

s

o

n

_

k

m

"

]

)

[

c

.

l

a

n

g

]




 

 

 

 

 

 

 

 

t

e

x

t

 

+

=

 

c

.

s

a

y

(




 

 

 

 

 

 

 

 

 

 

 

 

f

"

T

í

n

h

 

t

h

e

o

 

c

ù

n

g

 

m

ộ

t

 

c

á

c

h

,

 

t

ổ

n

g

 

q

u

ã

n

g

 

đ

ư

ờ

n

g

 

c

ủ

a

 

n

g

ư

ờ

i

 

d

â

n

 

đ

ế

n

 

t

r

ụ

 

s

ở

 

{

s

a

v

i

n

g

}

 

s

o

 

v

ớ

i

 

t

h

ự

c

 

t

ế

.

"

,




 

 

 

 

 

 

 

 

 

 

 

 

f

"

M

e

a

s

u

r

e

d

 

i

n

 

t

h

e

 

s

a

m

e

 

w

a

y

,

 

t

h

e

 

r

e

s

i

d

e

n

t

s

'

 

t

o

t

a

l

 

d

i

s

t

a

n

c

e

 

t

o

 

t

h

e

 

s

e

a

t

 

i

s

 

{

s

a

v

i

n

g

}

 

t

h

a

n

 

i

n

 

r

e

a

l

i

t

y

.

"




 

 

 

 

 

 

 

 

 

 

 

 

i

f

 

s

a

v

i

n

g

 

!

=

 

"

a

s

 

i

n

 

r

e

a

l

i

t

y

"




 

 

 

 

 

 

 

 

 

 

 

 

e

l

s

e

 

"

M

e

a

s

u

r

e

d

 

i

n

 

t

h

e

 

s

a

m

e

 

w

a

y

,

 

t

h

e

 

r

e

s

i

d

e

n

t

s

'

 

t

o

t

a

l

 

d

i

s

t

a

n

c

e

 

t

o

 

t

h

e

 

s

e

a

t

 

i

s

 

a

s

 

i

n

 

r

e

a

l

i

t

y

.

"

,




 

 

 

 

 

 

 

 

)




 

 

 

 

c

.

l

e

t

t

e

r

.

p

a

r

a

g

r

a

p

h

(

t

e

x

t

)




 

 

 

 

r

o

w

s

 

=

 

[




 

 

 

 

 

 

 

 

(

t

i

t

l

e

[

c

.

l

a

n

g

]

,

 

c

.

n

(

o

w

n

.

g

e

t

(

k

e

y

)

,

 

d

)

,

 

c

.

n

(

r

e

a

l

.

g

e

t

(

k

e

y

)

,

 

d

)

)




 

 

 

 

 

 

 

 

f

o

r

 

k

e

y

,

 

t

i

t

l

e

,

 

d

 

i

n

 

S

C

O

R

E

_

R

O

W

S




 

 

 

 

 

 

 

 

i

f

 

o

w

n

.

g

e

t

(

k

e

y

)

 

i

s

 

n

o

t

 

N

o

n

e




 

 

 

 

]




 

 

 

 

i

f

 

r

o

w

s

:




 

 

 

 

 

 

 

 

c

.

l

e

t

t

e

r

.

t

a

b

l

e

(




 

 

 

 

 

 

 

 

 

 

 

 

[

c

.

s

a

y

(

"

C

h

ỉ

 

t

i

ê

u

"

,

 

"

F

i

g

u

r

e

"

)

,

 

c

.

s

a

y

(

"

P

h

ư

ơ

n

g

 

á

n

"

,

 

"

P

l

a

n

"

)

,

 

c

.

s

a

y

(

"

T

h

ự

c

 

t

ế

 

2

0

2

5

"

,

 

"

R

e

a

l

 

2

0

2

5

"

)

]

,




 

 

 

 

 

 

 

 

 

 

 

 

r

o

w

s

,




 

 

 

 

 

 

 

 

 

 

 

 

(

9

.

0

,

 

3

.

5

,

 

3

.

5

)

,




 

 

 

 

 

 

 

 

 

 

 

 

n

u

m

e

r

i

c

=

(

1

,

 

2

)

,




 

 

 

 

 

 

 

 

 

 

 

 

c

a

p

t

i

o

n

=

c

.

s

a

y

(

"

P

h

ư

ơ

n

g

 

á

n

 

v

à

 

t

h

ự

c

 

t

ế

,

 

c

ù

n

g

 

m

ộ

t

 

c

á

c

h

 

t

í

n

h

"

,

 

"

P

l

a

n

 

a

n

d

 

r

e

a

l

i

t

y

 

b

y

 

t

h

e

 

s

a

m

e

 

s

c

o

r

e

"

)

,




 

 

 

 

 

 

 

 

)




 

 

 

 

c

.

l

e

t

t

e

r

.

p

i

c

t

u

r

e

(




 

 

 

 

 

 

 

 

p

i

c

t

u

r

e

s

.

m

a

p

_

d

i

f

f

e

r

e

n

c

e

(

c

.

l

a

y

e

r

s

,

 

s

a

m

e

,

 

c

.

l

a

n

g

)

,




 

 

 

 

 

 

 

 

c

.

s

a

y

(

"

R

a

n

h

 

g

i

ớ

i

 

đ

ề

 

x

u

ấ

t

 

v

à

 

r

a

n

h

 

g

i

ớ

i

 

t

h

ự

c

 

t

ế

"

,

 

"

P

r

o

p

o

s

e

d

 

a

n

d

 

r

e

a

l

 

b

o

r

d

e

r

s

"

)

,




 

 

 

 

)










S

C

O

R

E

_

R

O

W

S

:

 

t

u

p

l

e

[

t

u

p

l

e

[

s

t

r

,

 

d

i

c

t

[

s

t

r

,

 

s

t

r

]

,

 

i

n

t

]

,

 

.

.

.

]

 

=

 

(




 

 

 

 

(

"

u

n

i

t

s

"

,

 

{

"

v

i

"

:

 

"

S

ố

 

đ

ơ

n

 

v

ị

"

,

 

"

e

n

"

:

 

"

U

n

i

t

s

"

}

,

 

0

)

,




 

 

 

 

(

"

m

e

a

n

_

k

m

"

,

 

{

"

v

i

"

:

 

"

K

m

 

b

ì

n

h

 

q

u

â

n

 

đ

ế

n

 

t

r

ụ

 

s

ở

"

,

 

"

e

n

"

:

 

"

M

e

a

n

 

k

m

 

t

o

 

t

h

e

 

s

e

a

t

"

}

,

 

2

)

,




 

 

 

 

(

"

m

e

a

n

_

m

i

n

u

t

e

s

"

,

 

{

"

v

i

"

:

 

"

P

h

ú

t

 

b

ì

n

h

 

q

u

â

n

 

đ

ế

n

 

t

r

ụ

 

s

ở

"

,

 

"

e

n

"

:

 

"

M

e

a

n

 

m

i

n

u

t

e

s

 

t

o

 

t

h

e

 

s

e

a

t

"

}

,

 

2

)

,




 

 

 

 

(

"

l

o

n

g

e

s

t

_

m

i

n

u

t

e

s

"

,

 

{

"

v

i

"

:

 

"

L

â

u

 

n

h

ấ

t

 

đ

ế

n

 

t

r

ụ

 

s

ở

 

(

p

h

ú

t

)

"

,

 

"

e

n

"

:

 

"

L

o

n

g

e

s

t

 

w

a

y

 

t

o

 

t

h

e

 

s

e

a

t

 

(

m

i

n

u

t

e

s

)

"

}

,

 

0

)

,




 

 

 

 

(

"

p

e

r

s

o

n

_

k

m

"

,

 

{

"

v

i

"

:

 

"

T

ổ

n

g

 

k

m

·

n

g

ư

ờ

i

"

,

 

"

e

n

"

:

 

"

P

e

r

s

o

n

-

k

m

"

}

,

 

0

)

,




 

 

 

 

(

"

p

e

r

s

o

n

_

m

i

n

u

t

e

s

"

,

 

{

"

v

i

"

:

 

"

T

ổ

n

g

 

p

h

ú

t

·

n

g

ư

ờ

i

"

,

 

"

e

n

"

:

 

"

P

e

r

s

o

n

-

m

i

n

u

t

e

s

"

}

,

 

0

)

,




 

 

 

 

(

"

m

e

e

t

s

"

,

 

{

"

v

i

"

:

 

"

Đ

ạ

t

 

t

i

ê

u

 

c

h

u

ẩ

n

 

(

k

h

o

ả

n

 

1

 

Đ

i

ề

u

 

5

)

"

,

 

"

e

n

"

:

 

"

M

e

e

t

s

 

t

h

e

 

s

t

a

n

d

a

r

d

 

(

A

r

t

 

5

(

1

)

)

"

}

,

 

0

)

,




 

 

 

 

(

"

e

x

e

m

p

t

"

,

 

{

"

v

i

"

:

 

"

K

h

ô

n

g

 

p

h

ả

i

 

x

é

t

 

t

i

ê

u

 

c

h

u

ẩ

n

 

(

k

h

o

ả

n

 

2

 

Đ

i

ề

u

 

5

)

"

,

 

"

e

n

"

:

 

"

E

x

e

m

p

t

 

(

A

r

t

 

5

(

2

)

)

"

}

,

 

0

)

,




 

 

 

 

(

"

n

e

e

d

s

_

d

e

c

i

s

i

o

n

"

,

 

{

"

v

i

"

:

 

"

P

h

ả

i

 

t

r

ì

n

h

 

U

B

T

V

Q

H

 

(

k

h

o

ả

n

 

3

 

Đ

i

ề

u

 

5

)

"

,

 

"

e

n

"

:

 

"

N

e

e

d

s

 

a

 

d

e

c

i

s

i

o

n

 

(

A

r

t

 

5

(

3

)

)

"

}

,

 

0

)

,




 

 

 

 

(

"

n

o

t

_

c

o

n

t

i

g

u

o

u

s

"

,

 

{

"

v

i

"

:

 

"

K

h

ô

n

g

 

l

i

ề

n

 

m

ộ

t

 

k

h

ố

i

"

,

 

"

e

n

"

:

 

"

N

o

t

 

i

n

 

o

n

e

 

p

i

e

c

e

"

}

,

 

0

)

,




 

 

 

 

(

"

d

i

v

i

d

e

d

_

o

l

d

_

u

n

i

t

s

"

,

 

{

"

v

i

"

:

 

"

Đ

ơ

n

 

v

ị

 

c

ũ

 

b

ị

 

c

h

i

a

 

t

á

c

h

"

,

 

"

e

n

"

:

 

"

O

l

d

 

u

n

i

t

s

 

d

i

v

i

d

e

d

"

}

,

 

0

)

,




 

 

 

 

(

"

s

p

e

c

i

a

l

"

,

 

{

"

v

i

"

:

 

"

Đ

ặ

c

 

k

h

u

"

,

 

"

e

n

"

:

 

"

S

p

e

c

i

a

l

 

z

o

n

e

s

"

}

,

 

0

)

,




)




