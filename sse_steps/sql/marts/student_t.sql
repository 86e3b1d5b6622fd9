-- The 97.5 % quantile of Student's t by degrees of freedom.
with

stg_student_t as (

    select * from stg_student_t

),

final as (

    select * from stg_student_t
    order by degrees_of_freedom

)

select * from final
